import type { Finding, FindingStatus, TaskMemory } from '@hubkeeper/core'
import { findingStatuses } from '@hubkeeper/core'
import * as z from 'zod'

/** A finding that is told once, with what makes it the same finding the next time. */
export interface Tellable {
  readonly finding: Finding
  /**
   * What it tells of, each thing by all of its names, such as an advisory by all of its ids: a thing is known
   * again by any of them. Names begin with the id of the check.
   */
  readonly about: readonly (readonly string[])[]
}

const toldSchema = z.record(z.string(), z.enum(findingStatuses))
const memorySchema = z.object({
  /** The request that told `now`. */
  slot: z.string(),
  /** What had been told before that. */
  before: toldSchema,
  now: toldSchema,
})

/** Every name that was told, with the worst status under which it was. */
type Told = Readonly<Record<string, FindingStatus>>

const rank = (status: FindingStatus): number => findingStatuses.indexOf(status)

/** What was told before, and what there is now. */
export interface News {
  /** Of the findings, those of which nothing is new: they alert nobody again. */
  readonly known: ReadonlySet<Finding>
  /** Lets the next run know what this one told. */
  remember(): Promise<void>
}

/**
 * Tells news from what an earlier run told. What vanished and comes back is news, and so is what became worse.
 * A further attempt of the same request compares with what was told before its first one, whose alert may never
 * have been sent.
 *
 * @param unseen ids of checks that could not look at everything, or names: what was told of them stays told
 */
export async function newsIn(
  tellables: readonly Tellable[],
  {
    memory,
    slot,
    unseen = [],
  }: { readonly memory: TaskMemory; readonly slot: string; readonly unseen?: readonly string[] },
): Promise<News> {
  const stored = await memory.recall('told', memorySchema)
  const before: Told = (stored?.slot === slot ? stored.before : stored?.now) ?? {}
  const isKnown = ({ about, finding }: Tellable): boolean =>
    about.length > 0 &&
    about.every((names) => names.some((name) => toldOf(before, name) >= rank(finding.status)))
  return {
    known: new Set(tellables.filter(isKnown).map(({ finding }) => finding)),
    async remember() {
      const kept = Object.entries(before).filter(([name]) =>
        unseen.some((each) => name === each || name.startsWith(`${each}:`)),
      )
      const now = new Map(kept)
      for (const { about, finding } of tellables) {
        for (const name of about.flat()) {
          const other = now.get(name)
          if (other === undefined || rank(other) < rank(finding.status)) now.set(name, finding.status)
        }
      }
      await memory.remember('told', { slot, before, now: Object.fromEntries(now) })
    },
  }
}

const toldOf = (told: Told, name: string): number =>
  Object.hasOwn(told, name) ? rank(told[name] ?? 'ok') : -1
