import { dueTasks, type Ledger } from '@hubkeeper/core'
import { tasks } from '../../../../functions/tasks.ts'
import type { ConfiguredHub } from '../../config.ts'
import { openEmbedded } from '../../embedded.ts'
import type { Entry, TimedCadence } from '../entries.ts'
import type { DueWork } from './loop.ts'

/** Notes that these hubs are kept from now on. */
export async function beginKeeping(hubs: readonly ConfiguredHub[]): Promise<void> {
  for (const hub of hubs) await withLedger(hub, (ledger) => ledger.begin())
}

/** What is due on these hubs by each cadence that has times. */
export async function dueOn(
  hubs: readonly ConfiguredHub[],
  entries: readonly Entry[],
  at: Date,
): Promise<Map<TimedCadence, DueWork[]>> {
  const due = new Map<TimedCadence, DueWork[]>()
  for (const configured of hubs) {
    const { id, timeZone } = configured.hub
    await withLedger(configured, async (ledger) => {
      for (const { cadence } of entries) {
        if (cadence === 'continuous') continue
        const found = await dueTasks(ledger, tasks, cadence, timeZone, at)
        const works = found.flatMap(({ dueFor, name }) =>
          dueFor === null ? [] : [`${id} ${name} ${dueFor.toISOString()}`],
        )
        if (works.length > 0) due.set(cadence, [...(due.get(cadence) ?? []), ...works])
      }
    })
  }
  return due
}

async function withLedger<T>(configured: ConfiguredHub, use: (ledger: Ledger) => Promise<T>): Promise<T> {
  const embedded = openEmbedded(configured, { tasks })
  try {
    return await use(embedded.ledger)
  } finally {
    await embedded.close()
  }
}
