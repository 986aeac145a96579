import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import type { SchemaObject } from '../schema/full-text.ts'

const statisticsRow = z.object({ tbl: z.string(), stat: z.string().nullable() })

// Anybody may write to that table: what is not as ANALYZE leaves it tells nothing, and harms nothing.
const statisticsQuery = `SELECT tbl, CAST(stat AS TEXT) AS stat FROM sqlite_stat1 WHERE typeof(tbl) = 'text'`

/** So many times the rows, or so few, as when a table was analysed: SQLite's own measure. */
const staleFactor = 10

/** How many rows each table had when ANALYZE last looked at it, by its name. */
export function analysedRows(database: DatabaseSync, schema: readonly SchemaObject[]): Map<string, number> {
  const known = new Map<string, number>()
  if (!schema.some(({ name }) => name === 'sqlite_stat1')) return known
  for (const row of database.prepare(statisticsQuery).iterate()) {
    const { stat, tbl } = statisticsRow.parse(row)
    const rows = Number.parseInt(stat ?? '', 10)
    // Each index of a table says how many rows it has; a partial one says fewer.
    if (rows >= 0) known.set(tbl, Math.max(rows, known.get(tbl) ?? 0))
  }
  return known
}

/** Tables with an index: the planner has to know how many rows they have. */
export const indexedTables = (schema: readonly SchemaObject[]): Set<string> =>
  new Set(schema.filter(({ type }) => type === 'index').map(({ table }) => table))

/** Whether the planner knows nothing of a table, or nothing true any more. */
export const isStale = (rows: number, analysed: number | undefined): boolean =>
  rows > 0 && (analysed === undefined || rows > analysed * staleFactor || rows * staleFactor < analysed)
