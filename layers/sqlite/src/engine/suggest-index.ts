import type { DatabaseSync } from 'node:sqlite'
import type { IndexSuggestion } from '@hubkeeper/core'
import { columnsOf } from '../content/table.ts'
import { readSchema } from '../digest/native-source.ts'
import { viewsIn } from '../examine/program.ts'
import type { Scan } from '../examine/scans.ts'
import { quoteName } from '../schema/quote.ts'
import { comparisonsIn, orderIn } from './comparisons.ts'
import { scalar } from './connection.ts'
import { creationOf, type Trial, type TriedIndex } from './trial.ts'

/** A statement, and what its words may mean. */
interface Read {
  readonly sql: string
  /** What the views say that it goes through. */
  readonly views: readonly string[]
  /** All tables that it opens, each with its columns. */
  readonly opened: ReadonlyMap<string, readonly string[]>
}

interface Scanned extends Scan, Read {}

/** Columns that an index has at most here: more hardly narrow it further. */
const mostColumns = 4

/**
 * An index that spares a statement the scan of a table, by what its text compares and how it sorts; null where
 * none can be told from that, or where SQLite would not use it.
 */
export function suggestIndex(database: DatabaseSync, scanned: Scanned, trial: Trial): IndexSuggestion | null {
  for (const columns of candidates(scanned)) {
    const index = indexOn(scanned.table, columns.slice(0, mostColumns), trial)
    const attempt = trial.attempt(index)
    if (attempt === null || isOneValue(database, index)) continue
    // The text may compare more columns than SQLite can look for.
    const narrow = attempt.used.length === 0 ? index : indexOn(scanned.table, attempt.used, trial)
    const isAsGood = (trial.attempt(narrow)?.left ?? Number.POSITIVE_INFINITY) <= attempt.left
    const best = isAsGood ? narrow : index
    trial.keep(best)
    return { table: best.table, columns: best.columns, sql: creationOf(best) }
  }
  return null
}

/** An index under a name that nothing in the schema has. */
function indexOn(table: string, columns: readonly string[], trial: Trial): TriedIndex {
  const usual = `${table}_${columns.join('_')}_idx`
  let name = usual
  for (let i = 2; trial.isTaken(name); i++) name = `${usual}${i}`
  return { name, table, columns }
}

/** Columns worth an index, the best first: looked for, and then sorted by. */
function candidates({ called, opened, sql, table, views }: Scanned): string[][] {
  const names = new Map((opened.get(table) ?? []).map((name) => [name.toLowerCase(), name]))
  const elsewhere = namesOfOthers(table, opened)
  /** The column of this table that a text means; a view may have called the table otherwise. */
  const own = (column: string, qualifier: string | null): string | undefined => {
    const isOwn =
      qualifier === null
        ? !elsewhere.has(column.toLowerCase())
        : views.length > 0 || qualifier.toLowerCase() === called.toLowerCase().replace(/^main\./, '')
    return isOwn ? names.get(column.toLowerCase()) : undefined
  }
  const compared = [sql, ...views].flatMap(comparisonsIn).flatMap(({ column, kind, qualifier }) => {
    const name = own(column, qualifier)
    return name === undefined ? [] : [{ name, kind }]
  })
  const equal = [...new Set(compared.filter(({ kind }) => kind === 'equal').map(({ name }) => name))]
  const range = compared.find(({ kind, name }) => kind === 'range' && !equal.includes(name))?.name
  const sorted = orderIn(sql).flatMap(({ column, qualifier }) => own(column, qualifier) ?? [])
  const order = sorted.filter((name) => !equal.includes(name))
  return [
    ...(range === undefined && order.length > 0 ? [[...equal, ...order]] : []),
    ...(range === undefined ? [] : [[...equal, range]]),
    ...(equal.length === 0 ? [] : [equal]),
    // Those that parts of the statement look for apart from each other.
    ...(equal.length < 2 ? [] : equal.map((name) => [name])),
  ]
}

/** Rows that are looked at to see whether a column tells them apart. */
const sampled = 1000

/** Whether rows are all the same by an index, so that it would find all of them, and no other way to them. */
function isOneValue(database: DatabaseSync, { columns, table }: TriedIndex): boolean {
  const names = columns.map(quoteName).join(', ')
  const rows = `SELECT ${names} FROM ${quoteName(table)} LIMIT ${sampled}`
  return scalar(database, `SELECT count(*) FROM (SELECT DISTINCT ${names} FROM (${rows}))`, 'number') === 1
}

/** Columns, in lower case, of the other tables that a statement opens: a bare name may mean one of them. */
const namesOfOthers = (table: string, opened: Read['opened']): Set<string> =>
  new Set(
    [...opened].flatMap(([other, columns]) =>
      other === table ? [] : columns.map((name) => name.toLowerCase()),
    ),
  )

/** What is known of a statement before any index is tried for it. */
export const readingOf = (database: DatabaseSync, sql: string, opened: readonly string[]): Read => ({
  sql,
  views: viewsIn(readSchema(database), sql).map((view) => view.sql ?? ''),
  opened: new Map(opened.map((table) => [table, columnsOf(database, table).map(({ name }) => name)])),
})
