import { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import { readSchema } from '../digest/native-source.ts'
import { viewsIn } from '../examine/program.ts'
import { planLines } from '../examine/scans.ts'
import type { SchemaObject } from '../schema/full-text.ts'
import { quoteName } from '../schema/quote.ts'

const text = z.string().nullable()
const statisticsRow = z.object({ tbl: z.string(), idx: text, stat: text })
const statisticsQuery = `SELECT tbl, CAST(idx AS TEXT) AS idx, CAST(stat AS TEXT) AS stat FROM sqlite_stat1
  WHERE typeof(tbl) = 'text'`

/** An index that is not there. */
export interface TriedIndex {
  readonly name: string
  readonly table: string
  readonly columns: readonly string[]
}

/** What an index does for a statement. */
export interface Attempt {
  /** Columns by which SQLite finds rows; an empty list where it only takes their order from the index. */
  readonly used: readonly string[]
  /** How often it reads a table from end to end, makes an index or sorts all the same. */
  readonly left: number
}

/** The statement that makes an index. */
export const creationOf = ({ columns, name, table }: TriedIndex): string =>
  `CREATE INDEX ${quoteName(name)} ON ${quoteName(table)} (${columns.map(quoteName).join(', ')})`

/** A place to try indexes on: what SQLite would do with one, without making it. */
export interface Trial {
  /** What a plan with an index comes to; null where SQLite reads and sorts as much as without it. */
  attempt(index: TriedIndex): Attempt | null
  /** Keeps an index for those that are tried after it. */
  keep(index: TriedIndex): void
  /** Whether something in the schema has this name. */
  isTaken(name: string): boolean
  close(): void
}

/**
 * Tries indexes for a statement in an empty database in memory, with the same tables, views and statistics as far as
 * it needs them: the planner goes by these, never by the rows. Null where it plans otherwise there: then it would
 * show nothing.
 *
 * @param opened the tables that it opens
 */
export function trialOf(database: DatabaseSync, sql: string, opened: readonly string[]): Trial | null {
  const schema = readSchema(database)
  const twin = emptyTwin(database, [...objectsOf(schema, opened), ...viewsIn(schema, sql)])
  const plan = (): string[] => planLines(twin, sql)
  try {
    if (plan().join('\n') === planLines(database, sql).join('\n')) {
      return trialIn(twin, plan, new Set(schema.map(({ name }) => name.toLowerCase())))
    }
  } catch {
    // A part of the schema that the statement needs could not be made there.
  }
  twin.close()
  return null
}

/** @param names of everything in the schema, in lower case */
function trialIn(twin: DatabaseSync, plan: () => string[], names: Set<string>): Trial {
  return {
    isTaken: (name) => names.has(name.toLowerCase()),
    attempt(index) {
      const before = costs(plan())
      if (!isDone(twin, creationOf(index))) return null
      try {
        const after = plan()
        const uses = after.filter((line) => line.includes(` INDEX ${index.name}`))
        const left = costs(after)
        if (uses.length === 0 || !left.some((cost, i) => cost < (before[i] ?? 0))) return null
        return {
          used: index.columns.filter((column) => uses.some((line) => finds(line, index.name, column))),
          left: left.reduce((sum, cost) => sum + cost, 0),
        }
      } finally {
        isDone(twin, `DROP INDEX ${quoteName(index.name)}`)
      }
    },
    keep(index) {
      if (isDone(twin, creationOf(index))) names.add(index.name.toLowerCase())
    },
    close: () => twin.close(),
  }
}

/** What an index may spare a statement: reading from end to end, an index for one run, and sorting. */
const costs = (plan: readonly string[]): number[] =>
  [/^SCAN /, / USING AUTOMATIC /, /^USE TEMP B-TREE/].map(
    (cost) => plan.filter((line) => cost.test(line)).length,
  )

/** Whether a line of a plan finds rows of an index by a column: `USING INDEX name (kind=? AND words>?)`. */
function finds(line: string, index: string, column: string): boolean {
  const [, terms = ''] = line.split(` INDEX ${index} (`)
  return ['=', '<', '>'].some((sign) => `(${terms}`.includes(`${column}${sign}?`))
}

/** Tables, and after them their indexes. */
function objectsOf(schema: readonly SchemaObject[], tables: readonly string[]): SchemaObject[] {
  const wanted = new Set(tables)
  const own = schema.filter(({ name, table }) => wanted.has(table) && !/^sqlite_/i.test(name))
  return ['table', 'index'].flatMap((kind) => own.filter(({ type }) => type === kind))
}

/** Without rows, and with whatever can be made without them. */
function emptyTwin(database: DatabaseSync, objects: readonly SchemaObject[]): DatabaseSync {
  const twin = new DatabaseSync(':memory:', {
    allowExtension: false,
    enableForeignKeyConstraints: false,
    // As SQLite takes a schema that is there already.
    enableDoubleQuotedStringLiterals: true,
    defensive: true,
  })
  twin.exec('PRAGMA trusted_schema = OFF')
  for (const { sql } of objects) isDone(twin, sql ?? '')
  copyStatistics(database, twin, new Set(objects.map(({ table }) => table)))
  return twin
}

/** What ANALYZE left. */
function copyStatistics(database: DatabaseSync, twin: DatabaseSync, tables: ReadonlySet<string>): void {
  if (!readSchema(database).some(({ name }) => name === 'sqlite_stat1')) return
  // Makes the table that it is kept in.
  twin.exec('ANALYZE; DELETE FROM sqlite_stat1')
  const add = twin.prepare('INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)')
  for (const row of database.prepare(statisticsQuery).iterate()) {
    const { idx, stat, tbl } = statisticsRow.parse(row)
    if (tables.has(tbl)) add.run(tbl, idx, stat)
  }
  twin.exec('ANALYZE sqlite_schema')
}

/** Runs the first statement of a text, as SQLite reads a schema; false where it cannot be run. */
function isDone(twin: DatabaseSync, sql: string): boolean {
  try {
    if (!/^\s*(?:create|drop)\s/i.test(sql)) return false
    twin.prepare(sql).run()
    return true
  } catch {
    return false
  }
}
