import { formatValue } from '../render/value.ts'
import { type ContentState, type HistoryPoint, rowsIn } from './history.ts'

/** The content is exactly that of an older backup. */
export interface Stale {
  readonly status: 'warning' | 'critical'
  /** The backup whose content it is. */
  readonly as: HistoryPoint
  /** The newest one, whose content it is not. */
  readonly newest: HistoryPoint
  readonly evidence: string
}

/** Rows that somebody may have undone by hand. */
export const byHand = 10

/**
 * Looks whether the content went back to that of an older backup; null where it did not, or only in tables that
 * always do.
 *
 * @param excused tables whose losses were expected, or are their way
 */
export function staleContent(
  history: readonly HistoryPoint[],
  now: ContentState,
  excused: ReadonlySet<string>,
): Stale | null {
  const newest = history.at(-1)
  if (newest === undefined || newest.digest === now.digest) return null
  const index = history.findLastIndex(({ digest }) => digest === now.digest)
  const as = history[index]
  if (as === undefined) return null
  const changed = changedTables(newest, now)
  const usual = (table: string): boolean =>
    excused.has(table) || (comesBack(history, table) && undoneIn(table, newest, now) < byHand)
  if (changed.length > 0 && changed.every(usual)) return null
  const states = new Set(history.slice(index + 1).map(({ digest }) => digest)).size
  const undone = changed.reduce((sum, table) => sum + undoneIn(table, newest, now), 0)
  // A value that was set and set back is no loss.
  if (states < 2 && undone === 0) return null
  const what = undone === 0 ? '' : `, ${formatValue(undone, 'rows')} fewer`
  return {
    status: states >= 2 || undone >= byHand ? 'critical' : 'warning',
    as,
    newest,
    evidence: `it holds exactly what ${as.backup} of ${as.takenAt.toISOString()} holds, and not what ${newest.backup} holds${what}`,
  }
}

const undoneIn = (table: string, newest: ContentState, now: ContentState): number =>
  Math.max(0, rowsIn(newest, table) - rowsIn(now, table))

const changedTables = (newest: ContentState, now: ContentState): string[] =>
  [...new Set([...newest.tables.keys(), ...now.tables.keys()])].filter(
    (table) => newest.tables.get(table)?.digest !== now.tables.get(table)?.digest,
  )

/** What a return to what was there before tells; so much is enough to know that it is the way of a table. */
const telling = { byItself: 2, accepted: 1, enough: 2 } as const

/** Whether a table has gone back to what it was before, by itself or as somebody accepted. */
function comesBack(history: readonly HistoryPoint[], table: string): boolean {
  const seen = new Set<string>()
  let last: string | null = null
  let told = 0
  for (const { restart, tables } of history) {
    const digest = tables.get(table)?.digest
    if (digest === undefined) continue
    if (digest !== last && seen.has(digest) && restart !== 'restored') {
      told += restart === null ? telling.byItself : telling.accepted
    }
    seen.add(digest)
    last = digest
  }
  return told >= telling.enough
}
