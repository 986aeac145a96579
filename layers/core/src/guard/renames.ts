import type { ContentState, TableState } from './history.ts'
import { fallPercent } from './tables.ts'

/** A table under another name, as far as that can be told. */
export interface Rename {
  readonly to: string
  /** Its rows are the very same; else there are as many, with as many bytes. */
  readonly same: boolean
}

/** Where the rows of a table that is gone are now; null where no new table holds them. */
export function renameOf(
  gone: TableState,
  before: ContentState,
  now: ContentState,
  limit: number,
): Rename | null {
  const added = [...now.tables].filter(([name]) => !before.tables.has(name))
  const same = added.find(([, { digest, rows }]) => digest === gone.digest && rows === gone.rows)
  if (same !== undefined) return { to: same[0], same: true }
  const alike = added.find(
    ([, { payloadBytes, rows }]) =>
      fallPercent(gone.rows, rows) <= limit &&
      payloadBytes !== null &&
      gone.payloadBytes !== null &&
      fallPercent(gone.payloadBytes, payloadBytes) <= limit,
  )
  return alike === undefined ? null : { to: alike[0], same: false }
}
