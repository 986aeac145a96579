import type { DatabaseSync } from 'node:sqlite'
import { longestRead } from '../content/gather.ts'
import { columnsOf, rowidOf } from '../content/table.ts'
import { quoteName } from '../schema/quote.ts'
import { compareRowKeys, type RowKey } from './keys.ts'

/** A row of a table: of each value its bytes, or how many they are where they are too many to be read. */
export interface SideRow {
  readonly key: RowKey
  readonly values: readonly (Buffer | bigint)[]
}

/** A table as it is compared. */
export interface SideTable {
  readonly table: string
  readonly columns: readonly string[]
  /** Null for the rowid. */
  readonly key: string | null
  /** Tells the names of temporary tables apart. */
  readonly side: 'source' | 'index'
}

/** Rows came out of the order of their keys: the tree they lie in is damaged. With SQLite's code for that. */
class DisorderError extends Error {
  override readonly name = 'DisorderError'
  /** SQLITE_CORRUPT. */
  readonly errcode = 11
}

/** An index has the same words of NULL as of a text without a character; numbers are indexed as texts. */
const value = (column: string): string => {
  const name = `t.${quoteName(column)}`
  return `CASE WHEN ${name} IS NULL THEN x'' WHEN octet_length(${name}) <= ${longestRead}
    THEN CAST(${name} AS BLOB) ELSE octet_length(${name}) END`
}

/** The rows of a table in the order of their keys, one in memory at a time. */
export function* rowsOf(database: DatabaseSync, table: SideTable): Generator<SideRow> {
  const statement = database.prepare(queryFor(database, table))
  statement.setReadBigInts(true)
  statement.setReturnArrays(true)
  let last: RowKey | null = null
  for (const row of statement.iterate()) {
    const [key, ...values] = arrayOf(row)
    const own = keyOf(key)
    const order = last === null ? 1 : compareRowKeys(own, last)
    // A key column may say the same of two rows, a rowid may not.
    if (order < 0 || (order === 0 && table.key === null)) {
      throw new DisorderError(`the rows of ${table.table} are not in the order of their keys`)
    }
    last = own
    yield { key: own, values: values.map(storedValue) }
  }
}

let sortedTables = 0

function queryFor(database: DatabaseSync, { columns, key, side, table }: SideTable): string {
  const name = quoteName(table)
  const values = columns.map(value).join(', ')
  const all = columnsOf(database, table)
  const rowid = rowidOf(database, table, all)
  if (key === null) return `SELECT t.${rowid ?? 'rowid'}, ${values} FROM ${name} AS t ORDER BY 1`
  const keyBytes = `coalesce(CAST(t.${quoteName(key)} AS BLOB), x'')`
  if (rowid === null) return `SELECT ${keyBytes}, ${values} FROM ${name} AS t ORDER BY 1`
  // Only the keys are sorted: with the texts, all of the table would be written to disk once more.
  // A name of its own: a statement that came to its end keeps its table locked until it is collected.
  sortedTables += 1
  const sorted = `temp.hubkeeper_${side}_${sortedTables}`
  database.exec(
    `CREATE TEMP TABLE hubkeeper_${side}_${sortedTables} AS SELECT ${keyBytes} AS k, t.${rowid} AS r FROM ${name} AS t ORDER BY 1, 2`,
  )
  return `SELECT s.k, ${values} FROM ${sorted} AS s CROSS JOIN ${name} AS t ON t.${rowid} = s.r ORDER BY s.rowid`
}

function arrayOf(row: unknown): readonly unknown[] {
  if (Array.isArray(row)) return row
  throw new TypeError('a row did not come as an array')
}

function keyOf(key: unknown): RowKey {
  if (typeof key === 'bigint') return key
  if (key instanceof Uint8Array) return Buffer.from(key)
  throw new TypeError(`a key came as ${typeof key}`)
}

function storedValue(stored: unknown): Buffer | bigint {
  if (typeof stored === 'bigint') return stored
  if (stored instanceof Uint8Array) return Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength)
  throw new TypeError(`a value came as ${typeof stored}`)
}
