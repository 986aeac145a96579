import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import type { SchemaObject } from '../schema/full-text.ts'
import { type RowSource, type StoredValue, withoutRowidQuery } from './source.ts'

const stored = z.union([z.null(), z.bigint(), z.number(), z.string(), z.instanceof(Uint8Array)])
const schemaRow = z.object({
  type: z.string(),
  name: z.string(),
  tbl_name: z.string(),
  sql: z.string().nullable(),
})
const columnRow = z.object({ name: z.string(), pk: z.number(), hidden: z.number() })
const tableRow = z.object({ name: z.string() })

/** Every object of the schema. */
export const readSchema = (database: DatabaseSync): SchemaObject[] =>
  database
    .prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema')
    .all()
    .map((row) => {
      const { name, sql, tbl_name, type } = schemaRow.parse(row)
      return { type, name, table: tbl_name, sql }
    })

/** Rows for the digest through node:sqlite. */
export function nativeSource(database: DatabaseSync): RowSource {
  return {
    schema: () => readSchema(database),
    columns: (table) =>
      database
        .prepare('SELECT name, pk, hidden FROM pragma_table_xinfo(?)')
        .all(table)
        .map((row) => columnRow.parse(row))
        .filter(({ hidden }) => hidden === 0)
        .map(({ name, pk }) => ({ name, keyPosition: pk })),
    tablesWithoutRowid: () =>
      new Set(
        database
          .prepare(withoutRowidQuery)
          .all()
          .map((row) => tableRow.parse(row).name),
      ),
    *rows(sql) {
      const statement = database.prepare(sql)
      statement.setReadBigInts(true)
      statement.setReturnArrays(true)
      for (const row of statement.iterate()) yield asRow(row)
    },
    pragma(name) {
      const statement = database.prepare(`PRAGMA ${name}`)
      statement.setReadBigInts(true)
      const value = stored.parse(Object.values(statement.get() ?? {})[0])
      if (typeof value === 'bigint' || typeof value === 'string') return value
      throw new TypeError(`PRAGMA ${name} gave ${typeof value}`)
    },
  }
}

/** The statement was told to return arrays; its type still says objects. */
function asRow(row: unknown): readonly StoredValue[] {
  if (isArray(row)) return row
  throw new TypeError('a row did not come as an array')
}

/** Values are checked one by one where they are encoded; here that would double the time. */
const isArray = (row: unknown): row is readonly StoredValue[] => Array.isArray(row)
