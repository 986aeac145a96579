import type { DatabaseSync } from 'node:sqlite'
import type { Outcome, TableAnalysis } from '@hubkeeper/core'
import * as z from 'zod'
import { readSchema } from '../digest/native-source.ts'
import { quoteName } from '../schema/quote.ts'
import { lookAtRest } from './at-rest.ts'
import { scalar } from './connection.ts'

const statisticsRow = z.object({ tbl: z.string(), stat: z.string().nullable() })

/** So many times the rows, or so few, as when a table was analysed: SQLite's own measure. */
const staleFactor = 10

/** What the query planner of a file at rest knows of each table that has an index or was analysed. */
export function readAnalysis(path: string, heapLimit: number): Outcome<TableAnalysis[]> {
  return lookAtRest(path, { heapLimit }, analysisIn)
}

function analysisIn(database: DatabaseSync): TableAnalysis[] {
  const schema = readSchema(database)
  const known = schema.some(({ name }) => name === 'sqlite_stat1')
    ? analysedRows(database)
    : new Map<string, number>()
  const indexed = new Set(schema.filter(({ type }) => type === 'index').map(({ table }) => table))
  return schema
    .filter(
      ({ name, sql, type }) =>
        type === 'table' && !name.startsWith('sqlite_') && !/^\s*create\s+virtual\s/i.test(sql ?? ''),
    )
    .filter(({ name }) => indexed.has(name) || known.has(name))
    .map(({ name }) => {
      const rows = scalar(database, `SELECT count(*) FROM ${quoteName(name)}`, 'number')
      const before = known.get(name) ?? null
      const isOther = before === null || rows > before * staleFactor || rows * staleFactor < before
      return { table: name, rows, analysedRows: before, stale: indexed.has(name) && rows > 0 && isOther }
    })
}

/** Each index of a table says how many rows it has; a partial one says fewer. */
function analysedRows(database: DatabaseSync): Map<string, number> {
  const known = new Map<string, number>()
  for (const row of database.prepare('SELECT tbl, stat FROM sqlite_stat1').all()) {
    const { stat, tbl } = statisticsRow.parse(row)
    const rows = Number.parseInt(stat ?? '', 10)
    if (rows >= 0) known.set(tbl, Math.max(rows, known.get(tbl) ?? 0))
  }
  return known
}
