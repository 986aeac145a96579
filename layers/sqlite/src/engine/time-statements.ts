import { basename } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Outcome, StatementTiming } from '@hubkeeper/core'
import { largeScans } from '../examine/query-plan.ts'
import { openHostile } from './connection.ts'
import { failedWith, sniff } from './fault.ts'
import type { Job } from './protocol.ts'

type TimeJob = Extract<Job, { kind: 'time' }>

/** Runs a statement on a file at rest until it is known how long it takes. */
export function timeStatement(
  { path, samples, sql, timeLimit }: TimeJob,
  heapLimit: number,
): Outcome<StatementTiming> {
  return withStatement(path, sql, heapLimit, ({ statement }) => {
    const durations: number[] = []
    let rows = 0
    const started = performance.now()
    do {
      const before = performance.now()
      rows = countRows(statement)
      durations.push((performance.now() - before) / 1000)
      // A slow one is not repeated: what is left of the limit is for a repetition that takes longer.
    } while (durations.length < samples && performance.now() - started < timeLimit / 3)
    const [first = 0, ...repeated] = durations
    return { first, repeated, rows }
  })
}

/** The large tables that it reads from end to end; on a connection of its own, which leaves the other’s cache empty. */
export const planStatement = ({ path, sql }: TimeJob, heapLimit: number): Outcome<string[]> =>
  withStatement(path, sql, heapLimit, ({ database }) => largeScans(database, sql))

/** Opens the file and compiles the statement; what either refuses is an outcome. */
export function withStatement<T>(
  path: string,
  sql: string,
  heapLimit: number,
  use: (opened: { database: DatabaseSync; statement: StatementSync }) => T,
): Outcome<T> {
  const fault = sniff(path)
  if (fault !== null) return { state: 'fault', fault }
  const refusal = refusalOf(sql)
  if (refusal !== null) return refused(refusal)
  try {
    const database = openHostile(path, { readOnly: true, immutable: true, heapLimit })
    try {
      const statement = database.prepare(sql)
      const objection = objectionTo(statement, sql)
      return objection === null ? { state: 'done', value: use({ database, statement }) } : refused(objection)
    } finally {
      database.close()
    }
  } catch (error) {
    const failed = failedWith(error, path)
    if (failed.state !== 'fault' || failed.fault.kind === 'corrupt') return failed
    // What is wrong is the statement; the scratch file’s name says nothing to anybody.
    const message = failed.fault.message.replace(`${basename(path)}: `, '')
    return { state: 'fault', fault: { ...failed.fault, message } }
  }
}

const refused = (message: string): Outcome<never> => ({
  state: 'fault',
  fault: { kind: 'other', message, missing: [] },
})

const comments = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$))+/

const withoutComments = (sql: string): string => sql.replace(comments, '')

/**
 * Why a text is not run at all. A connection that only reads would still attach other files and write
 * copies into them, so what is run has to begin like a query.
 */
function refusalOf(sql: string): string | null {
  const word = /^\w+/.exec(withoutComments(sql))?.[0]
  if (word !== undefined && /^(select|values|with)$/i.test(word)) return null
  const begins = word === undefined ? 'there is none' : `it begins with ${word.toUpperCase().slice(0, 20)}`
  return `only a query is run, which begins with SELECT, VALUES or WITH: ${begins}`
}

/** Why a statement that was compiled is not run. */
function objectionTo(statement: StatementSync, sql: string): string | null {
  // SQLite compiles the first statement of a text and leaves the rest alone.
  const left = withoutComments(sql.trimStart().slice(statement.sourceSQL.trimStart().length))
  if (left !== '') return 'it is more than one statement'
  // Parameters show as NULL, for nothing was bound to them.
  return statement.expandedSQL === statement.sourceSQL ? null : 'it has parameters'
}

/** Runs it to its end. */
export function countRows(statement: StatementSync): number {
  statement.setReadBigInts(true)
  statement.setReturnArrays(true)
  let rows = 0
  for (const _ of statement.iterate()) rows += 1
  return rows
}
