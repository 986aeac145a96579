import type { ContentState, HistoryPoint } from './history.ts'
import { formatRows } from './tables.ts'

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
const byHand = 10

/** Looks whether the content went back to that of an older backup; null where it did not, or always does. */
export function staleContent(history: readonly HistoryPoint[], now: ContentState): Stale | null {
  const newest = history.at(-1)
  if (newest === undefined || newest.digest === now.digest) return null
  const index = history.findLastIndex(({ digest }) => digest === now.digest)
  const as = history[index]
  if (as === undefined || comesBack(history)) return null
  const states = new Set(history.slice(index + 1).map(({ digest }) => digest)).size
  const undone = undoneRows(newest, now)
  // A value that was set and set back is no loss.
  if (states < 2 && undone === 0) return null
  const what = undone === 0 ? '' : `, ${formatRows(undone)} fewer`
  return {
    status: states >= 2 || undone >= byHand ? 'critical' : 'warning',
    as,
    newest,
    evidence: `it holds exactly what ${as.backup} of ${as.takenAt.toISOString()} holds, and not what ${newest.backup} holds${what}`,
  }
}

const undoneRows = ({ tables }: HistoryPoint, now: ContentState): number =>
  [...tables].reduce(
    (sum, [name, { rows }]) => sum + Math.max(0, rows - (now.tables.get(name)?.rows ?? 0)),
    0,
  )

/** Whether the content has gone back to what it was before, by itself. */
function comesBack(history: readonly HistoryPoint[]): boolean {
  const seen = new Set<string>()
  let last: string | null = null
  for (const { digest, restart } of history) {
    if (digest !== last && seen.has(digest) && !restart) return true
    seen.add(digest)
    last = digest
  }
  return false
}
