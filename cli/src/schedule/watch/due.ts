import { dueTasks, hours, messageOf } from '@hubkeeper/core'
import { tasks } from '../../../../functions/tasks.ts'
import type { ConfiguredHub } from '../../config.ts'
import { withEmbedded } from '../../with-embedded.ts'
import type { Entry, TimedCadence } from '../entries.ts'
import type { DueWork } from './loop.ts'

/** Notes that these hubs are kept from now on. */
export async function beginKeeping(hubs: readonly ConfiguredHub[]): Promise<void> {
  for (const hub of hubs) await withEmbedded(hub, ({ ledger }) => ledger.begin())
}

/** How often it is said again that a hub cannot be looked at, ms. */
const reminder = hours(1)

/**
 * Tells what is due on these hubs by each cadence that has times. A hub of which that cannot be told is
 * named by `say`, and keeps no other from its turn.
 */
export function createLook(
  hubs: readonly ConfiguredHub[],
  entries: readonly Entry[],
  say: (text: string) => void,
): (at: Date) => Promise<Map<TimedCadence, DueWork[]>> {
  const said = new Map<string, { readonly text: string; readonly at: number }>()

  function sayOnce(hub: string, text: string, at: number): void {
    const last = said.get(hub)
    if (last?.text === text && Math.abs(at - last.at) < reminder) return
    said.set(hub, { text, at })
    say(text)
  }

  return async (at) => {
    const due = new Map<TimedCadence, DueWork[]>()
    for (const configured of hubs) {
      const { id } = configured.hub
      try {
        for (const [cadence, works] of await dueOf(configured, entries, at)) {
          due.set(cadence, [...(due.get(cadence) ?? []), ...works])
        }
        said.delete(id)
      } catch (error) {
        sayOnce(id, `cannot tell what is due on ${id}: ${messageOf(error)}`, at.getTime())
      }
    }
    return due
  }
}

async function dueOf(
  configured: ConfiguredHub,
  entries: readonly Entry[],
  at: Date,
): Promise<Map<TimedCadence, DueWork[]>> {
  const { id, timeZone } = configured.hub
  const due = new Map<TimedCadence, DueWork[]>()
  await withEmbedded(configured, async ({ ledger }) => {
    for (const { cadence } of entries) {
      if (cadence === 'continuous') continue
      const found = await dueTasks(ledger, tasks, cadence, timeZone, at)
      const works = found.flatMap(({ dueFor, name }) =>
        dueFor === null ? [] : [`${id} ${name} ${dueFor.toISOString()}`],
      )
      if (works.length > 0) due.set(cadence, works)
    }
  })
  return due
}
