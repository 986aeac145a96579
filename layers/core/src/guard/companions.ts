import type { Use } from './allowance.ts'
import { type ContentState, rowsIn } from './history.ts'

/** What a search index calls the tables that hold a row for each one indexed. */
const indexed = /_(?:content|docsize)$/

const lostOf = (table: string, before: ContentState, after: ContentState): number =>
  rowsIn(before, table) - rowsIn(after, table)

/**
 * The expectation that a search index shares with what it indexes: it lost exactly as many rows as the table
 * that was to lose some, or as all of these together. Null for any other table.
 */
export function sharedUse(
  table: string,
  uses: readonly Use[],
  before: ContentState,
  after: ContentState,
): Use | null {
  if (!indexed.test(table)) return null
  const lost = lostOf(table, before, after)
  if (lost <= 0) return null
  const losses = uses.map((use) => ({ use, lost: lostOf(use.expectation.table, before, after) }))
  const total = losses.reduce((sum, other) => sum + other.lost, 0)
  return (
    (losses.find((other) => other.lost === lost) ?? (total === lost ? losses[0] : undefined))?.use ?? null
  )
}
