import type { DatabaseSync } from 'node:sqlite'
import type { Outcome, TableAnalysis } from '@hubkeeper/core'
import { readSchema } from '../digest/native-source.ts'
import { analysedRows, indexedTables, isStale } from '../examine/stale.ts'
import { ordinaryTables } from '../schema/full-text.ts'
import { quoteName } from '../schema/quote.ts'
import { lookAtRest } from './at-rest.ts'
import { scalar } from './connection.ts'

/** What the query planner of a file at rest knows of each of its tables; of virtual ones it knows nothing. */
export function readAnalysis(path: string, heapLimit: number): Outcome<TableAnalysis[]> {
  return lookAtRest(path, { heapLimit }, analysisIn)
}

function analysisIn(database: DatabaseSync): TableAnalysis[] {
  const schema = readSchema(database)
  const known = analysedRows(database, schema)
  const indexed = indexedTables(schema)
  // How a full-text index finds its way in itself is none of the planner's.
  return ordinaryTables(schema).flatMap(({ name }) => {
    const hasIndex = indexed.has(name)
    const rows = countRows(database, name, hasIndex)
    if (rows === null) return []
    const analysed = known.get(name)
    const stale = hasIndex && isStale(rows, analysed)
    return [{ table: name, rows, indexed: hasIndex, analysedRows: analysed ?? null, stale }]
  })
}

/** Null for a table that cannot be read, where the planner need not know of it. */
function countRows(database: DatabaseSync, table: string, isNeeded: boolean): number | null {
  try {
    return scalar(database, `SELECT count(*) FROM ${quoteName(table)}`, 'number')
  } catch (error) {
    if (isNeeded) throw error
    return null
  }
}
