import type { DatabaseSync } from 'node:sqlite'
import type { IndexSuggestion } from '@hubkeeper/core'
import * as z from 'zod'
import { columnsOf } from '../content/table.ts'
import { readSchema } from '../digest/native-source.ts'
import { quoteName } from '../schema/quote.ts'
import { comparisonsIn } from './comparisons.ts'

interface Scanned {
  readonly sql: string
  readonly table: string
  /** What the plan calls it: its alias, where it has one. */
  readonly called: string
  /** All tables of the schema. */
  readonly tables: readonly string[]
}

const indexRow = z.object({ first: z.string().nullable() })

/** Columns that an index has at most here: more hardly narrow it further. */
const mostColumns = 4

/**
 * An index that would spare a statement a scan of a table, by what its text compares; null where there is none
 * that can be told from it, or where there is one already that SQLite chose not to use.
 */
export function suggestIndex(
  database: DatabaseSync,
  { called, sql, table, tables }: Scanned,
): IndexSuggestion | null {
  const columns = columnsOf(database, table)
  const names = new Map(columns.map(({ name }) => [name.toLowerCase(), name]))
  const comparisons = comparisonsIn(sql)
  if (comparisons === null || isVirtual(database, table)) return null
  const elsewhere = namesOfOthers(database, sql, table, tables)
  const own = comparisons.flatMap(({ column, kind, qualifier }) => {
    const name = names.get(column.toLowerCase())
    const isOwn =
      qualifier === null
        ? !elsewhere.has(column.toLowerCase())
        : qualifier.toLowerCase() === called.toLowerCase()
    return name !== undefined && isOwn ? [{ name, kind }] : []
  })
  const equal = [...new Set(own.filter(({ kind }) => kind === 'equal').map(({ name }) => name))]
  const range = own.find(({ kind, name }) => kind === 'range' && !equal.includes(name))?.name
  const wanted = [...equal, ...(range === undefined ? [] : [range])].slice(0, mostColumns)
  const [first] = wanted
  if (first === undefined || startsIndex(database, table, wanted)) return null
  // A primary key of one INTEGER column is the rowid: it needs no index.
  const key = columns.filter(({ keyPosition }) => keyPosition > 0)
  if (key.length === 1 && wanted.includes(key[0]?.name ?? '')) return null
  return {
    table,
    columns: wanted,
    sql: `CREATE INDEX ${quoteName(`${table}_${wanted.join('_')}_idx`)} ON ${quoteName(table)} (${wanted.map(quoteName).join(', ')})`,
  }
}

/** No index can be made on one. */
const isVirtual = (database: DatabaseSync, table: string): boolean =>
  readSchema(database).some(({ name, sql }) => name === table && /^\s*create\s+virtual\s/i.test(sql ?? ''))

/** Columns, in lower case, of the other tables that a statement names: a bare name may mean one of them. */
function namesOfOthers(
  database: DatabaseSync,
  sql: string,
  table: string,
  tables: readonly string[],
): Set<string> {
  const text = sql.toLowerCase()
  const others = tables.filter((other) => other !== table && text.includes(other.toLowerCase()))
  return new Set(others.flatMap((other) => columnsOf(database, other).map(({ name }) => name.toLowerCase())))
}

/** Whether an index of the table already begins with one of these columns. */
const startsIndex = (database: DatabaseSync, table: string, columns: readonly string[]): boolean =>
  database
    .prepare(
      `SELECT i.name AS first FROM pragma_index_list(?) AS l JOIN pragma_index_info(l.name) AS i
       WHERE i.seqno = 0`,
    )
    .all(table)
    .map((row) => indexRow.parse(row).first)
    .some((name) => name !== null && columns.includes(name))
