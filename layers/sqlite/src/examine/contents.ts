import type { DatabaseSync } from 'node:sqlite'
import type { TableContents } from '@hubkeeper/core'
import * as z from 'zod'
import { contentOf } from '../digest/database.ts'
import { nativeSource } from '../digest/native-source.ts'
import { tableItself } from '../digest/rows.ts'
import { holdsTimestamps, instantOf } from './timestamps.ts'

/** Columns of one table that are asked for their newest: a statement has only so many results. */
const maxColumns = 64

const columnRow = z.object({ name: z.string(), type: z.string(), hidden: z.number() })
const payloadRow = z.object({ bytes: z.number() })
const newestRow = z.array(z.number().nullable())

/** What each table holds that counts for the content digest; each is read once at most. */
export function readContents(database: DatabaseSync): TableContents[] {
  const source = nativeSource(database)
  const withoutRowid = source.tablesWithoutRowid()
  return contentOf(source.schema())
    .filter(({ hasRows }) => hasRows)
    .map(({ object: { name } }) => ({
      name,
      payloadBytes: payloadOf(database, name),
      newest: newestOf(database, name, withoutRowid.has(name)),
    }))
}

/** Bytes of the cells in a table's own tree, overflow pages included. */
const payloadOf = (database: DatabaseSync, table: string): number =>
  payloadRow.parse(
    database
      .prepare('SELECT coalesce(sum(payload), 0) AS bytes FROM dbstat WHERE name = ? AND aggregate = TRUE')
      .get(table),
  ).bytes

/** The newest point in time in any column of a table. */
function newestOf(database: DatabaseSync, table: string, withoutRowid: boolean): TableContents['newest'] {
  const columns = timestampColumns(database, table)
  if (columns.length === 0) return null
  const results = columns.map((column) => `max(${instantOf(column)})`)
  const statement = database.prepare(`SELECT ${results.join(', ')} FROM ${tableItself(table, withoutRowid)}`)
  statement.setReturnArrays(true)
  const instants = newestRow.parse(statement.get())
  let newest: { column: string; at: number } | null = null
  for (const [i, column] of columns.entries()) {
    const at = instants[i] ?? null
    if (at !== null && (newest === null || at > newest.at)) newest = { column, at }
  }
  return newest === null ? null : { ...newest, at: isoOf(newest.at) }
}

const isoOf = (instant: number): string => new Date(Math.round(instant)).toISOString()

const timestampColumns = (database: DatabaseSync, table: string): string[] =>
  database
    .prepare('SELECT name, type, hidden FROM pragma_table_xinfo(?)')
    .all(table)
    .map((row) => columnRow.parse(row))
    .filter((column) => column.hidden === 0 && holdsTimestamps(column))
    .map(({ name }) => name)
    .slice(0, maxColumns)
