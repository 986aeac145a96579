import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import { readSchema } from '../digest/native-source.ts'
import { fullTextIndexes, type SchemaObject } from '../schema/full-text.ts'
import { isNamedIn, programOf, viewsIn, written } from './program.ts'

const planRow = z.object({ detail: z.string() })

/** A table that a plan reads from end to end. */
export interface Scan {
  /** What the plan calls it: its alias, where it has one. */
  readonly called: string
  readonly table: string
  /** Only for an index that SQLite makes of it for each run. */
  readonly automatic: boolean
}

/** What a plan reads from end to end. */
export interface Scans {
  readonly scans: readonly Scan[]
  /** Every table that the statement opens. */
  readonly opened: readonly string[]
}

/** The lines of `EXPLAIN QUERY PLAN`. */
export const planLines = (database: DatabaseSync, sql: string): string[] =>
  database
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map((row) => planRow.parse(row).detail)

/** As SQLite writes a line (sqlite.org/eqp.html): what it reads, and by what. */
const reading =
  /^(SCAN|SEARCH) (.+?)(?: EXISTS)?(?: USING (AUTOMATIC )?(?:PARTIAL )?(?:COVERING )?(?:INDEX|PRIMARY KEY|INTEGER PRIMARY KEY).*| VIRTUAL TABLE INDEX (.*?))?(?: (?:LEFT|RIGHT|FULL)-JOIN)?$/s
/** What the statement makes for itself, and is no table. */
const making = /^(?:MATERIALIZE|CO-ROUTINE) (.+)$/s
const noTable = /^(?:CONSTANT ROW|\d+ CONSTANT ROWS?|\d+-ROW VALUES CLAUSE|\((?:subquery|join)-\w+\))$/

/** Tables that a plan reads from end to end, whatever a view or the statement calls them. */
export function scansIn(database: DatabaseSync, sql: string, plan: readonly string[]): Scans {
  const schema = readSchema(database)
  const { isLimited, looped, ...program } = programOf(database, sql)
  // What the statement says of a name comes before what some view says.
  const texts = [sql, ...viewsIn(schema, sql).map((view) => view.sql ?? '')]
  const opened = [...program.opened, ...virtualIn(schema, texts)]
  // It ends after its first rows, for it neither looks for any nor sorts them.
  if (isLimited && plan.length === 1 && !texts.some((text) => /\bwhere\b/i.test(text))) {
    return { scans: [], opened }
  }
  const made = new Set(plan.flatMap((text) => making.exec(text)?.[1] ?? []))
  const scans: Scan[] = []
  let unresolved = false
  for (const text of plan) {
    const [, how, called, automatic, virtual] = reading.exec(text) ?? []
    if (called === undefined || noTable.test(called)) continue
    const isAutomatic = automatic !== undefined
    if (how !== 'SCAN' && !isAutomatic) continue
    const table = tableCalled(called, opened, texts)
    if (table === null) unresolved ||= !made.has(called)
    else if (virtual === undefined || isWhole(virtual, table, schema)) {
      scans.push({ called, table, automatic: isAutomatic })
    }
  }
  // A name that could not be made out: what the statement’s own program loops over is left.
  const found = new Set(scans.map(({ table }) => table))
  const left = unresolved ? looped.filter((table) => !found.has(table)) : []
  return { scans: [...scans, ...left.map((table) => ({ called: table, table, automatic: false }))], opened }
}

/** Virtual tables that texts name: they have no page by which a program tells of them. */
function virtualIn(schema: readonly SchemaObject[], texts: readonly string[]): string[] {
  const text = texts.join('\n')
  return schema.filter(isVirtual).flatMap(({ name }) => (isNamedIn(text, name) ? [name] : []))
}

/** Whether an object of the schema is a virtual table. */
export const isVirtual = ({ sql, type }: SchemaObject): boolean =>
  type === 'table' && /^\s*create\s+virtual\s/i.test(sql ?? '')

/** Whether a virtual table is read without any condition, by what its module says of how. */
function isWhole(how: string, table: string, schema: readonly SchemaObject[]): boolean {
  const index = fullTextIndexes(schema).find(({ name }) => name === table)
  // FTS3 and FTS4 have a number for it, the others a text that is empty then.
  return index === undefined || index.module === 'fts5' ? /^\d+:$/.test(how) : /^0:/.test(how)
}

/** Of the tables that a statement opens, the one that its plan means. */
function tableCalled(called: string, opened: readonly string[], texts: readonly string[]): string | null {
  const isCalled = (table: string): boolean =>
    [table, `main.${table}`].some((name) => name.toLowerCase() === called.toLowerCase())
  const exact = opened.find(isCalled)
  if (exact !== undefined) return exact
  const aliases = opened.map((table) => ({ table, pattern: aliasOf(table, called) }))
  for (const text of texts) {
    const found = aliases.find(({ pattern }) => pattern.test(text))
    if (found !== undefined) return found.table
  }
  return null
}

/** What a text says where it calls a table by another name. */
const aliasOf = (table: string, called: string): RegExp =>
  new RegExp(`(?<![\\w$])${written(table)}["'\`\\]]?\\s+(?:AS\\s+)?["'\`[]?${written(called)}(?![\\w$])`, 'i')
