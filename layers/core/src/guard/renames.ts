import type { ContentState, HistoryPoint, TableState } from './history.ts'
import { fallPercent } from './tables.ts'

/** A table under another name, as far as that can be told. */
export interface Rename {
  readonly to: string
  /** Its rows are the very same; else there are as many, with as many bytes. */
  readonly same: boolean
}

/** Where the rows of tables that are gone are now, by the names that these had. No two have the same place. */
export function renamesOf(
  before: ContentState,
  now: ContentState,
  limit: number,
): ReadonlyMap<string, Rename> {
  const gone = [...before.tables].filter(([name, { rows }]) => rows > 0 && !now.tables.has(name))
  const added = new Map([...now.tables].filter(([name]) => !before.tables.has(name)))
  const renames = new Map<string, Rename>()
  const find = (same: boolean, is: (then: TableState, state: TableState) => boolean): void => {
    for (const [name, then] of gone) {
      const to = renames.has(name) ? undefined : [...added].find(([, state]) => is(then, state))?.[0]
      if (to === undefined) continue
      renames.set(name, { to, same })
      added.delete(to)
    }
  }
  find(true, (then, state) => then.digest === state.digest && then.rows === state.rows)
  find(false, (then, state) => areClose(then, state, limit))
  return renames
}

/** A larger table may be a new one: neither has many more rows or bytes than the other. */
const areClose = (a: TableState, b: TableState, limit: number): boolean =>
  a.payloadBytes !== null &&
  b.payloadBytes !== null &&
  isWithin(a.rows, b.rows, limit) &&
  isWithin(a.payloadBytes, b.payloadBytes, limit)

const isWithin = (a: number, b: number, limit: number): boolean =>
  fallPercent(Math.max(a, b), Math.min(a, b)) <= limit

/**
 * The table that one which is gone was a copy of, as a migration leaves one behind; null where none held the
 * very same rows, or has fewer now.
 */
export function copiedFrom(
  gone: TableState,
  history: readonly HistoryPoint[],
  now: ContentState,
  limit: number,
): { readonly table: string; readonly backup: string } | null {
  if (gone.rows === 0) return null
  for (const { backup, tables } of history.toReversed()) {
    for (const [table, { digest }] of tables) {
      const rows = now.tables.get(table)?.rows
      if (digest === gone.digest && rows !== undefined && fallPercent(gone.rows, rows) <= limit) {
        return { table, backup }
      }
    }
  }
  return null
}
