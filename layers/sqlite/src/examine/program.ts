import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import type { SchemaObject } from '../schema/full-text.ts'

const stepRow = z.object({ opcode: z.string(), p1: z.number(), p2: z.number(), p3: z.number() })
const rootRow = z.object({ root: z.number(), name: z.string() })

/** What SQLite compiled a statement to (sqlite.org/opcode.html), as far as it tells what is read. */
export interface Program {
  /** Tables of the main database that it opens, or an index of them. */
  readonly opened: readonly string[]
  /** Those of them through which it goes from an end. */
  readonly looped: readonly string[]
  /** It has a limit, and neither counts nor sorts. */
  readonly isLimited: boolean
}

/** What counts, groups or sorts before there is a first row. */
const gathers = /^(?:Agg\w+|Count|Sorter\w+|OpenEphemeral)$/

/** The program of a statement. */
export function programOf(database: DatabaseSync, sql: string): Program {
  const roots = new Map(
    database
      .prepare('SELECT rootpage AS root, tbl_name AS name FROM sqlite_schema WHERE rootpage > 0')
      .all()
      .map((row) => rootRow.parse(row))
      .map(({ name, root }) => [root, name]),
  )
  const opened = new Map<number, string>()
  const looped = new Set<string>()
  const opcodes = new Set<string>()
  const all = new Set<string>()
  for (const row of database.prepare(`EXPLAIN ${sql}`).all()) {
    const { opcode, p1: cursor, p2: root, p3: schemaNumber } = stepRow.parse(row)
    opcodes.add(opcode)
    if (opcode === 'OpenRead' || opcode === 'ReopenIdx') {
      const table = schemaNumber === 0 ? roots.get(root) : undefined
      if (table === undefined) opened.delete(cursor)
      else {
        opened.set(cursor, table)
        all.add(table)
      }
    }
    const table = opened.get(cursor)
    if (table !== undefined && (opcode === 'Rewind' || opcode === 'Last')) looped.add(table)
  }
  return {
    opened: [...all],
    looped: [...looped],
    isLimited: opcodes.has('DecrJumpZero') && ![...opcodes].some((opcode) => gathers.test(opcode)),
  }
}

/** The views that a statement goes through, or names in passing; one before those that it is made of. */
export function viewsIn(schema: readonly SchemaObject[], sql: string): SchemaObject[] {
  const views = schema.filter(({ type }) => type === 'view')
  const found = new Set<SchemaObject>()
  const texts = [sql]
  // Grows while it is gone through: a view may go through another one.
  for (const text of texts) {
    for (const view of views) {
      if (found.has(view) || !isNamedIn(text, view.name)) continue
      found.add(view)
      texts.push(view.sql ?? '')
    }
  }
  return [...found]
}

/** Whether a text has a name in it, not as a part of another one. */
export function isNamedIn(text: string, name: string): boolean {
  // Most are not: what stands before its first quote is looked for first, which is faster.
  const [beginning = ''] = name.split(/["`]/, 1)
  if (!text.toLowerCase().includes(beginning.toLowerCase())) return false
  return new RegExp(`(?<![\\w$])${written(name)}(?![\\w$])`, 'i').test(text)
}

/** A name as a regular expression: within quotes, its own quotes stand there twice. */
export const written = (name: string): string =>
  name
    .replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
    .replaceAll('"', '""?')
    .replaceAll('`', '``?')
