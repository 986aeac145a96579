import type { DatabaseSync } from 'node:sqlite'
import type { Outcome } from '@hubkeeper/core'
import { messageOf } from '@hubkeeper/core/basics'
import { readSchema } from '../digest/native-source.ts'
import type { MeasuredSearch } from '../engine/analysis-results.ts'
import { lookAtRest } from '../engine/at-rest.ts'
import { failedWith, missingName } from '../engine/fault.ts'
import { sampleSearch } from '../engine/guess-statements.ts'
import type { Job } from '../engine/protocol.ts'
import { type FullTextIndex, fullTextIndexes, type SchemaObject, shadowTables } from '../schema/full-text.ts'
import { whyNotRebuilt } from './rebuild.ts'

type MeasureJob = Extract<Job, { kind: 'measure-search' }>

/** How often a search is run, after a first time that does not count; slower ones less often. */
const samples = 5
const longEnough = 1000

/** What full-text indexes of a file at rest take, and how long a search in each takes. */
export function measureSearch({ indexes, path }: MeasureJob, heapLimit: number): Outcome<MeasuredSearch[]> {
  return lookAtRest(path, { heapLimit }, (database) => {
    const schema = readSchema(database)
    const known = fullTextIndexes(schema)
    return indexes.map(({ index, sql }): MeasuredSearch => {
      const refused = whyNotRebuilt(schema, index)
      const found = known.find(({ name }) => name === index)
      return found === undefined
        ? { index, refused, bytes: null, sql: null, seconds: null }
        : { index, refused, bytes: bytesOf(database, schema, found), ...searched(database, found, sql) }
    })
  })
}

/** All of its tables and their indexes; null where the file cannot tell. */
function bytesOf(
  database: DatabaseSync,
  schema: readonly SchemaObject[],
  { name }: FullTextIndex,
): number | null {
  const tables = [...shadowTables(schema)].flatMap(([table, owner]) => (owner === name ? [table] : []))
  try {
    return tables.reduce((sum, table) => sum + sizeOf(database, table), 0)
  } catch {
    return null
  }
}

const sizeStatement = `
  SELECT coalesce(sum(d.pgsize), 0) AS size FROM sqlite_schema AS s
  JOIN dbstat AS d ON d.name = s.name AND d.aggregate = TRUE WHERE lower(s.tbl_name) = lower(?)`

function sizeOf(database: DatabaseSync, table: string): number {
  const size = Object.values(database.prepare(sizeStatement).get(table) ?? {})[0]
  return typeof size === 'number' ? size : 0
}

/** Median of a search; an index that is broken, or whose tokenizer is the hub's own, cannot be searched. */
function searched(
  database: DatabaseSync,
  index: FullTextIndex,
  known: string | null,
): Pick<MeasuredSearch, 'sql' | 'seconds'> {
  try {
    const sql = known ?? sampleSearch(database, index)
    if (sql === null) return { sql, seconds: null }
    const statement = database.prepare(sql)
    statement.all()
    const durations: number[] = []
    const begun = performance.now()
    while (durations.length < samples && performance.now() - begun < longEnough) {
      const before = performance.now()
      statement.all()
      durations.push((performance.now() - before) / 1000)
    }
    durations.sort((a, b) => a - b)
    return { sql, seconds: durations[Math.floor(durations.length / 2)] ?? null }
  } catch (error) {
    const failed = failedWith(error, index.name)
    if (
      failed.state === 'fault' &&
      (failed.fault.kind === 'corrupt' || missingName(messageOf(error)) !== null)
    )
      return { sql: known, seconds: null }
    throw error
  }
}
