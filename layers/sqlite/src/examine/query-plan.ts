import type { DatabaseSync } from 'node:sqlite'
import { scalar } from '../engine/connection.ts'
import { quoteName } from '../schema/quote.ts'
import { planLines, scansIn } from './scans.ts'

/** Rows from which on reading a table from end to end is worth telling of. */
const largeTable = 10_000

/** Tables of many rows that a statement reads from end to end, as `EXPLAIN QUERY PLAN` says. */
export function largeScans(database: DatabaseSync, sql: string): string[] {
  const { scans } = scansIn(database, sql, planLines(database, sql))
  const tables = scans.flatMap(({ automatic, table }) => (automatic ? [] : [table]))
  return [...new Set(tables)].filter((table) => isLarge(database, table))
}

const isLarge = (database: DatabaseSync, table: string): boolean =>
  scalar(
    database,
    `SELECT count(*) FROM (SELECT 1 FROM ${quoteName(table)} LIMIT ${largeTable + 1})`,
    'number',
  ) > largeTable
