import type { DatabaseSync } from 'node:sqlite'
import type { ContentTable, FaultKind, Outcome } from '@hubkeeper/core'
import * as z from 'zod'
import { readSchema } from '../digest/native-source.ts'
import { withoutRowidQuery } from '../digest/source.ts'
import { fullTextIndexes, type SchemaObject } from '../schema/full-text.ts'
import { quoteName } from '../schema/quote.ts'

const columnRow = z.object({ name: z.string(), type: z.string(), pk: z.number(), hidden: z.number() })
const nameRow = z.object({ name: z.string() })

/** A column as `table_xinfo` has it. */
export interface NamedColumn {
  readonly name: string
  /** As declared; empty where it was not. */
  readonly type: string
  /** Place in the primary key, from 1; 0 when it is not part of it. */
  readonly keyPosition: number
}

/** The columns that a table shows, generated ones included. */
export const columnsOf = (database: DatabaseSync, table: string): NamedColumn[] =>
  database
    .prepare('SELECT name, type, pk, hidden FROM pragma_table_xinfo(?)')
    .all(table)
    .map((row) => columnRow.parse(row))
    // 1 is what a virtual table hides: its own name, and the rank.
    .filter(({ hidden }) => hidden !== 1)
    .map(({ name, pk, type }) => ({ name, type, keyPosition: pk }))

const viewsQuery = "SELECT name FROM sqlite_schema WHERE type = 'view'"

/** A name of the rowid that no column has taken; null when all are, or when there is none. */
export function rowidOf(
  database: DatabaseSync,
  table: string,
  columns: readonly NamedColumn[],
): string | null {
  const without = database.prepare(`${withoutRowidQuery} UNION ALL ${viewsQuery}`).all()
  if (without.some((row) => nameRow.parse(row).name === table)) return null
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()))
  return ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name)) ?? null
}

/** A table of content as it is in a database. */
export interface FoundTable {
  /** With the names that the schema has. */
  readonly source: ContentTable
  /** What to read it as: never through an index, which may say something else. */
  readonly from: string
  readonly rowid: string | null
  /** Columns of its primary key, in that order, where there is no rowid to be read. */
  readonly key: readonly string[]
}

const trouble = (kind: FaultKind, message: string): Outcome<never> => ({
  state: 'fault',
  fault: { kind, message, missing: [] },
})

/** The object of a schema that a name means: letters of ASCII are the same in either case. */
export const objectCalled = (schema: readonly SchemaObject[], name: string): SchemaObject | undefined =>
  called(
    schema.filter(({ type }) => type === 'table' || type === 'view'),
    name,
  )

/** Of what differs in letters beyond ASCII, the one that is called exactly so. */
const called = <T extends { readonly name: string }>(all: readonly T[], name: string): T | undefined =>
  all.find((one) => one.name === name) ?? all.find((one) => one.name.toLowerCase() === name.toLowerCase())

/** Finds a table and its columns; what cannot be profiled is said instead. */
export function findTable(database: DatabaseSync, wanted: ContentTable): Outcome<FoundTable> {
  const schema = readSchema(database)
  const object = objectCalled(schema, wanted.table)
  if (object === undefined) return trouble('missing', `there is no table ${wanted.table}`)
  const table = object.name
  if (object.type === 'view') {
    return { state: 'skipped', reason: `${table} is a view: what it shows is counted where it lies` }
  }
  if (fullTextIndexes(schema).some((index) => index.name === table && index.content === 'contentless')) {
    return { state: 'skipped', reason: `${table} is a contentless index: it keeps no text` }
  }
  const columns = columnsOf(database, table)
  const named = (name: string | undefined): string | undefined =>
    name === undefined ? undefined : called(columns, name)?.name
  const { content, title, type, updated } = wanted
  const absent = [content, type, title, updated].find(
    (name) => name !== undefined && named(name) === undefined,
  )
  if (absent !== undefined) return trouble('missing', `there is no column ${absent} in ${table}`)
  const rowid = rowidOf(database, table, columns)
  const isVirtual = object.sql !== null && /^\s*create\s+virtual\s/i.test(object.sql)
  const key = columns
    .filter(({ keyPosition }) => keyPosition > 0)
    .sort((a, b) => a.keyPosition - b.keyPosition)
    .map(({ name }) => name)
  return {
    state: 'done',
    value: {
      source: {
        table,
        content: named(content) ?? content,
        type: named(type),
        title: named(title),
        updated: named(updated),
      },
      // A temporary table of this engine’s own may be called the same.
      from: `main.${quoteName(table)}${isVirtual || rowid === null ? '' : ' NOT INDEXED'}`,
      rowid,
      key: rowid === null ? key : [],
    },
  }
}
