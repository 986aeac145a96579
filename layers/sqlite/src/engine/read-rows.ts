import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { Outcome, ReadRow, ReadRows, RowsRequest } from '@hubkeeper/core'
import * as z from 'zod'
import { quoteName } from '../schema/quote.ts'
import { lookAtRest } from './at-rest.ts'

/** A longer text is no name, title or list of topics. */
const maxText = 10_000

const nameRow = z.object({ name: z.string() })

/** Rows of tables of a file at rest, at most `maxRows` of each; a table with more gives none. */
export function readRows(
  path: string,
  tables: readonly RowsRequest[],
  maxRows: number,
  heapLimit: number,
): Outcome<ReadRows[]> {
  return lookAtRest(path, { heapLimit }, (database) =>
    tables.map((request) => rowsOf(database, request, maxRows)),
  )
}

function rowsOf(
  database: DatabaseSync,
  { columns, distinct, table }: RowsRequest,
  maxRows: number,
): ReadRows {
  const there = database
    .prepare(
      `SELECT c.name FROM sqlite_schema AS s, pragma_table_xinfo(s.name) AS c
       WHERE s.type = 'table' AND s.name = ? COLLATE NOCASE`,
    )
    .all(table)
    .map((row) => nameRow.parse(row).name.toLowerCase())
  if (there.length === 0) return { table, rows: null, tooMany: false }
  const wanted = columns.filter((column) => there.includes(column.toLowerCase()))
  // A table without any of them has rows all the same.
  const list = wanted.length === 0 ? 'NULL' : wanted.map(quoteName).join(', ')
  const statement = database.prepare(
    `SELECT ${distinct ? 'DISTINCT ' : ''}${list} FROM ${quoteName(table)} LIMIT ${maxRows + 1}`,
  )
  statement.setReadBigInts(true)
  statement.setReturnArrays(true)
  const rows: ReadRow[] = []
  for (const row of statement.iterate()) {
    if (rows.length === maxRows) return { table, rows: null, tooMany: true }
    const values: SQLOutputValue[] = Object.values(row)
    rows.push(
      Object.fromEntries(
        wanted.flatMap((column, at) => {
          const value = plain(values[at] ?? null)
          return value === undefined ? [] : [[column, value] as const]
        }),
      ),
    )
  }
  return { table, rows, tooMany: false }
}

/** A value as JSON can carry it; undefined for one that is left out. */
function plain(value: SQLOutputValue): string | number | null | undefined {
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : String(value)
  }
  if (typeof value === 'string') return value.length > maxText ? undefined : value
  if (value === null || (typeof value === 'number' && Number.isFinite(value))) return value
  return undefined
}
