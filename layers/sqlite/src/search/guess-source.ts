import type { DatabaseSync } from 'node:sqlite'
import type { SearchSource } from '@hubkeeper/core'
import { columnsOf, rowidOf } from '../content/table.ts'
import { scalar } from '../engine/connection.ts'
import { type FullTextIndex, ordinaryTables, type SchemaObject } from '../schema/full-text.ts'
import { quoteName } from '../schema/quote.ts'

/** Of the columns of an index, what a table must have to be its source. */
const leastShare = 0.5
/** Rows that are looked up, half of them the first, half of them the last, and how many must agree. */
const sampledRows = 40
const leastAgreeing = 0.5
/** A table with so many times the rows, or so few, must have all of the columns, and nearly all must agree. */
const mostTimesRows = 2
const leastAgreeingOfOthers = 0.9

/** A table, and the columns of the index with those of it that are called the same. */
interface Candidate {
  readonly table: string
  readonly columns: readonly (readonly [string, string])[]
}

/** Columns that tell rows apart, by their names. */
const keyName = /(?:^|_)(?:id|uuid|guid|key|slug|path|url)$/i

/**
 * The table that a full-text table with content of its own is a copy of: it has the same columns, about as many
 * rows, and at least half of some rows of the index agree with those of the same rowid or key. An empty index is
 * one of the only table with all of its columns. Null for none.
 */
export function guessSource(
  database: DatabaseSync,
  schema: readonly SchemaObject[],
  index: FullTextIndex,
): SearchSource | null {
  const own = columnsOf(database, index.name).map(({ name }) => name)
  const rows = scalar(database, `SELECT count(*) FROM ${quoteName(index.name)}`, 'number')
  const candidates = ordinaryTables(schema)
    .map(({ name: table }) => ({ table, columns: sharedColumns(database, table, own) }))
    .filter(({ columns }) => columns.length > 0 && columns.length >= own.length * leastShare)
    .sort((a, b) => b.columns.length - a.columns.length)
  if (rows === 0) return sourceOfEmpty(database, index, own, candidates)
  for (const { columns, table } of candidates) {
    const others = scalar(database, `SELECT count(*) FROM ${quoteName(table)}`, 'number')
    const isAlike = others <= rows * mostTimesRows && rows <= others * mostTimesRows
    if (!isAlike && columns.length < own.length) continue
    const least = isAlike ? leastAgreeing : leastAgreeingOfOthers
    const keys = [null, ...columns.filter(([, name]) => keyName.test(name)).map(([name]) => name)]
    const key = keys.find(
      (candidate) => shareAgreeing(database, index.name, table, columns, candidate) >= least,
    )
    if (key === undefined) continue
    return {
      index: index.name,
      table,
      columns: Object.fromEntries(columns),
      ...(key === null ? {} : { key }),
    }
  }
  return null
}

/** Of an index without a row nothing agrees: it is the one table that has all of its columns, and rows. */
function sourceOfEmpty(
  database: DatabaseSync,
  { name }: FullTextIndex,
  own: readonly string[],
  candidates: readonly Candidate[],
): SearchSource | null {
  const [only, ...others] = candidates.filter(
    ({ columns, table }) =>
      columns.length === own.length &&
      scalar(database, `SELECT EXISTS (SELECT 1 FROM ${quoteName(table)})`, 'number') === 1,
  )
  return only === undefined || others.length > 0
    ? null
    : { index: name, table: only.table, columns: Object.fromEntries(only.columns) }
}

/** Columns of the index with those of the table that are called the same. */
function sharedColumns(
  database: DatabaseSync,
  table: string,
  own: readonly string[],
): (readonly [string, string])[] {
  const theirs = new Map(columnsOf(database, table).map(({ name }) => [name.toLowerCase(), name]))
  return own.flatMap((name) => {
    const other = theirs.get(name.toLowerCase())
    return other === undefined ? [] : [[name, other] as const]
  })
}

/** Of some rows of the index, the share that has the values of the row of the table with the same key. */
function shareAgreeing(
  database: DatabaseSync,
  index: string,
  table: string,
  columns: readonly (readonly [string, string])[],
  key: string | null,
): number {
  const rowid = rowidOf(database, table, columnsOf(database, table))
  if (key === null && rowid === null) return 0
  const [i, t] = [quoteName(index), quoteName(table)]
  const other = columns.find(([name]) => name === key)?.[1]
  if (key !== null && (other === undefined || !isUnique(database, table, other))) return 0
  const found =
    other === undefined ? `t.${rowid} = i.rowid` : `t.${quoteName(other)} = i.${quoteName(key ?? '')}`
  const same = columns
    .map(([a, b]) => `coalesce(i.${quoteName(a)}, '') = coalesce(t.${quoteName(b)}, '') COLLATE BINARY`)
    .join(' AND ')
  const half = sampledRows / 2
  // Few rows are looked up: without an index on the key each costs a scan of the table.
  const rows = (order: string): string =>
    `SELECT EXISTS (SELECT 1 FROM ${t} AS t WHERE ${found} AND ${same}) AS agrees
     FROM (SELECT rowid, * FROM ${i} ORDER BY rowid ${order} LIMIT ${half}) AS i`
  const sumOf = (what: string): number =>
    ['ASC', 'DESC'].reduce(
      (sum, order) => sum + scalar(database, `SELECT ${what} FROM (${rows(order)})`, 'number'),
      0,
    )
  const all = sumOf('count(*)')
  return all === 0 ? 0 : sumOf('coalesce(sum(agrees), 0)') / all
}

/** Whether a column tells all rows of a table apart. */
function isUnique(database: DatabaseSync, table: string, column: string): boolean {
  const [name, t] = [quoteName(column), quoteName(table)]
  return (
    scalar(database, `SELECT count(*) = count(DISTINCT CAST(${name} AS BLOB)) AS one FROM ${t}`, 'number') ===
    1
  )
}
