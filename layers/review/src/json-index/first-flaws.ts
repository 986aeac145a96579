import type { IndexFlaw } from './verdict.ts'

/** In what an index and the database can differ. */
export const flawKinds = ['missing', 'extra', 'stale'] as const

/** How many flaws there are of each kind. */
export type FlawCounts = Readonly<Record<IndexFlaw['kind'], number>>

/** Flaws that are kept of one index; and so many of each kind, however many there are of others before them. */
const mostFlaws = 10_000
const leastOfKind = 20

/** Counts all flaws, and keeps the first ones. */
export function firstFlaws(all: readonly IndexFlaw[]): {
  readonly counts: FlawCounts
  readonly flaws: readonly IndexFlaw[]
} {
  const counts = { missing: 0, extra: 0, stale: 0 }
  const flaws: IndexFlaw[] = []
  for (const [at, flaw] of all.entries()) {
    counts[flaw.kind] += 1
    if (at < mostFlaws || counts[flaw.kind] <= leastOfKind) flaws.push(detachedFlaw(flaw))
  }
  return { counts, flaws }
}

/** The same characters, alone: a part of a text keeps all of that text in memory. */
export const detached = (part: string): string => [...part].join('')

const detachedFlaw = ({ entry, field, kind }: IndexFlaw): IndexFlaw => ({
  kind,
  entry: detached(entry),
  field: field === null ? null : detached(field),
})
