import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import { readSchema } from '../digest/native-source.ts'
import { scalar } from '../engine/connection.ts'
import { quoteName } from '../schema/quote.ts'

const planRow = z.object({ detail: z.string() })

/** Rows from which on reading a table from end to end is worth telling of. */
const largeTable = 10_000

/** Tables of many rows that a statement reads from end to end, as `EXPLAIN QUERY PLAN` says. */
export function largeScans(database: DatabaseSync, sql: string): string[] {
  const scanned = database
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map((row) => planRow.parse(row).detail)
    .flatMap((detail) => /^SCAN (.+?)(?: USING (?:COVERING )?INDEX .+)?$/.exec(detail)?.[1] ?? [])
  const tables = readSchema(database)
    .filter(({ type }) => type === 'table')
    .map(({ name }) => name)
  const found = scanned.flatMap((name) => tableCalled(name, tables, sql) ?? [])
  return [...new Set(found)].filter((table) => isLarge(database, table))
}

/** The table that a plan means: it calls one that has an alias by that alone. */
export function tableCalled(name: string, tables: readonly string[], sql: string): string | null {
  const exact = tables.find((table) => table.toLowerCase() === name.toLowerCase())
  if (exact !== undefined) return exact
  const aliased = (table: string): boolean =>
    new RegExp(`(?<!\\w)${literal(table)}["'\`\\]]?\\s+(?:AS\\s+)?["'\`[]?${literal(name)}(?!\\w)`, 'i').test(
      sql,
    )
  return tables.find(aliased) ?? null
}

/** A text as a regular expression that matches nothing else. */
const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

const isLarge = (database: DatabaseSync, table: string): boolean =>
  scalar(
    database,
    `SELECT count(*) FROM (SELECT 1 FROM ${quoteName(table)} LIMIT ${largeTable + 1})`,
    'number',
  ) > largeTable
