import type { DatabaseSync } from 'node:sqlite'
import type { Outcome } from '@hubkeeper/core'
import { planLines, type Scans, scansIn } from '../examine/scans.ts'
import { quoteName } from '../schema/quote.ts'
import type { StatementPlan } from './analysis-results.ts'
import { scalar } from './connection.ts'
import type { Job } from './protocol.ts'
import { readingOf, suggestIndex } from './suggest-index.ts'
import { withStatement } from './time-statements.ts'
import { trialOf } from './trial.ts'

type BenchmarkJob = Extract<Job, { kind: 'benchmark' }>

/** Of a plan, lines and characters that are kept: names in it are the hub's. */
const mostLines = 100
const longestLine = 500

/** What the plan of a statement says; on a connection of its own, which leaves the cache of any other empty. */
export const planOf = ({ path, rows, sql }: BenchmarkJob, heapLimit: number): Outcome<StatementPlan> =>
  withStatement(path, sql, heapLimit, ({ database }) =>
    readPlan(database, sql, new Map(Object.entries(rows ?? {}))),
  )

function readPlan(database: DatabaseSync, sql: string, counted: ReadonlyMap<string, number>): StatementPlan {
  const plan = planLines(database, sql)
  const { opened, scans } = scansIn(database, sql, plan)
  const scanned = new Set(scans.flatMap(({ automatic, table }) => (automatic ? [] : [table])))
  return {
    plan: plan.slice(0, mostLines).map((line) => line.slice(0, longestLine)),
    fullScans: [...scanned].map((table) => ({
      table,
      rows: counted.get(table) ?? scalar(database, `SELECT count(*) FROM ${quoteName(table)}`, 'number'),
    })),
    automaticIndexes: plan
      .filter((line) => / USING AUTOMATIC /.test(line))
      .slice(0, mostLines)
      .map((line) => line.slice(0, longestLine)),
    missingIndexes: missingIndexes(database, sql, scans, opened),
  }
}

/** Indexes that spare the scans, each beside those before it. */
function missingIndexes(
  database: DatabaseSync,
  sql: string,
  scans: Scans['scans'],
  opened: Scans['opened'],
): StatementPlan['missingIndexes'] {
  const trial = scans.length === 0 ? null : trialOf(database, sql, opened)
  if (trial === null) return []
  try {
    const read = readingOf(database, sql, opened)
    return scans.flatMap((scan) => {
      const found = suggestIndex(database, { ...scan, ...read }, trial)
      return found === null ? [] : [{ ...found, columns: [...found.columns] }]
    })
  } finally {
    trial.close()
  }
}
