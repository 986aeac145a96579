import type { DatabaseSync } from 'node:sqlite'
import type { FullScan, IndexSuggestion, Outcome } from '@hubkeeper/core'
import * as z from 'zod'
import { readSchema } from '../digest/native-source.ts'
import { tableCalled } from '../examine/query-plan.ts'
import { quoteName } from '../schema/quote.ts'
import type { StatementPlan } from './analysis-results.ts'
import { scalar } from './connection.ts'
import type { Job } from './protocol.ts'
import { suggestIndex } from './suggest-index.ts'
import { withStatement } from './time-statements.ts'

type BenchmarkJob = Extract<Job, { kind: 'benchmark' }>

const planRow = z.object({ detail: z.string() })

/** Of a plan, lines and characters that are kept: names in it are the hub's. */
const mostLines = 100
const longestLine = 500

/** What is scanned, by the name that the plan has for it; of a full-text index only a scan without a search. */
const scan =
  /^SCAN (.+?)(?: USING (?:COVERING )?INDEX .+| VIRTUAL TABLE INDEX 0:)?(?: (?:LEFT|RIGHT|FULL|EXISTS)-JOIN)?$/
const automatic = /^(?:SEARCH|SCAN) (.+?) USING AUTOMATIC /

/** What the plan of a statement says; on a connection of its own, which leaves the cache of any other empty. */
export const planOf = ({ path, sql }: BenchmarkJob, heapLimit: number): Outcome<StatementPlan> =>
  withStatement(path, sql, heapLimit, ({ database }) => readPlan(database, sql))

function readPlan(database: DatabaseSync, sql: string): StatementPlan {
  const plan = database
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map((row) => planRow.parse(row).detail)
  const tables = readSchema(database)
    .filter(({ type }) => type === 'table')
    .map(({ name }) => name)
  const scanned = plan.flatMap((line) => scan.exec(line)?.[1] ?? [])
  const indexed = plan.flatMap((line) => automatic.exec(line)?.[1] ?? [])
  const fullScans = new Map<string, FullScan>()
  const missing = new Map<string, IndexSuggestion>()
  for (const name of [...scanned, ...indexed]) {
    const table = tableCalled(name, tables, sql)
    if (table === null) continue
    if (scanned.includes(name) && !fullScans.has(table)) {
      const rows = scalar(database, `SELECT count(*) FROM ${quoteName(table)}`, 'number')
      fullScans.set(table, { table, rows })
    }
    const suggestion = suggestIndex(database, { sql, table, called: name, tables })
    if (suggestion !== null) missing.set(suggestion.sql, suggestion)
  }
  return {
    plan: plan.slice(0, mostLines).map((line) => line.slice(0, longestLine)),
    fullScans: [...fullScans.values()],
    automaticIndexes: plan
      .filter((line) => automatic.test(line))
      .slice(0, mostLines)
      .map((line) => line.slice(0, longestLine)),
    missingIndexes: [...missing.values()].map(({ columns, ...suggestion }) => ({
      ...suggestion,
      columns: [...columns],
    })),
  }
}
