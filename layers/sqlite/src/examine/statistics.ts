import type { DatabaseSync } from 'node:sqlite'
import type { DatabaseStatistics, TableStatistics } from '@hubkeeper/core'
import * as z from 'zod'
import { readSchema } from '../digest/native-source.ts'
import { scalar } from '../engine/connection.ts'
import { missingName } from '../engine/fault.ts'
import { type FullTextIndex, fullTextIndexes, type SchemaObject, shadowTables } from '../schema/full-text.ts'
import { quoteName } from '../schema/quote.ts'
import { analysedRows, indexedTables, isStale } from './stale.ts'

const storage = z.object({ name: z.string(), size: z.number(), unused: z.number() })

/** Slack that VACUUM leaves in the pages it fills, a share of them. */
const usualSlack = 0.1

/** Analyse what has never been analysed or has grown tenfold, all tables, with a limit (sqlite.org/pragma.html#pragma_optimize). */
export const optimizeMask = 0x10012

/** Where the bytes are, and what a rewrite would gain. */
export function readStatistics(database: DatabaseSync): DatabaseStatistics {
  const schema = readSchema(database)
  const sizes = new Map(
    database
      .prepare(
        'SELECT name, sum(pgsize) AS size, sum(unused) AS unused FROM dbstat WHERE aggregate = TRUE GROUP BY name',
      )
      .all()
      .map((row) => storage.parse(row))
      .map((row) => [row.name, row]),
  )
  const sizeOf = (name: string): number => sizes.get(name)?.size ?? 0
  const shadows = shadowTables(schema)
  const tables = schema
    .filter(({ name, type }) => type === 'table' && !shadows.has(name) && !name.startsWith('sqlite_'))
    .map(({ name }): TableStatistics => {
      const own = [...shadows].filter(([, owner]) => owner === name).map(([shadow]) => shadow)
      const indexes = schema.filter((object) => object.type === 'index' && object.table === name)
      return {
        name,
        rows: countRows(database, name),
        bytes: [name, ...own].reduce((sum, table) => sum + sizeOf(table), 0),
        indexBytes: indexes.reduce((sum, index) => sum + sizeOf(index.name), 0),
      }
    })
  return {
    tables,
    reclaimableBytes: reclaimable(database, [...sizes.values()]),
    staleStatistics: staleStatistics(database, schema, tables),
    fragmentedSearchIndexes: fullTextIndexes(schema)
      .filter(({ content, module }) => module !== 'fts3' && content !== 'contentless')
      .filter((index) => segmentsOf(database, index) > 1)
      .map(({ name }) => name),
  }
}

/** Rows of a table; 0 of one whose module this engine lacks. */
function countRows(database: DatabaseSync, name: string): number {
  try {
    return scalar(database, `SELECT count(*) FROM ${quoteName(name)}`, 'number')
  } catch (error) {
    if (missingName(error instanceof Error ? error.message : String(error)) !== null) return 0
    throw error
  }
}

/** Free pages, and slack beyond what VACUUM leaves itself. */
function reclaimable(database: DatabaseSync, sizes: readonly z.infer<typeof storage>[]): number {
  const pageSize = scalar(database, 'PRAGMA page_size', 'number')
  const free = scalar(database, 'PRAGMA freelist_count', 'number') * pageSize
  // Every tree has a last page that is not full.
  const slack = sizes.map((tree) => Math.max(0, tree.unused - tree.size * usualSlack - pageSize))
  return free + Math.round(slack.reduce((sum, bytes) => sum + bytes, 0))
}

/** Tables with an index of which the planner knows nothing, or nothing true any more. */
function staleStatistics(
  database: DatabaseSync,
  schema: readonly SchemaObject[],
  tables: readonly TableStatistics[],
): string[] {
  const known = analysedRows(database, schema)
  const indexed = indexedTables(schema)
  return tables.flatMap(({ name, rows }) =>
    indexed.has(name) && isStale(rows, known.get(name)) ? [name] : [],
  )
}

/** Rows of each index that `PRAGMA optimize` looks at. */
export const analysisLimit = 2000

/**
 * The ANALYZE statements, one a table, that `PRAGMA optimize` would run, without running them; or of every
 * table with an index.
 */
export function analysisPlan(database: DatabaseSync, full: boolean): string[] {
  if (full) {
    const indexed = readSchema(database).filter(({ type }) => type === 'index')
    return [...new Set(indexed.map(({ table }) => `ANALYZE ${quoteName(table)}`))]
  }
  return database
    .prepare(`PRAGMA optimize(${optimizeMask | 0x01})`)
    .all()
    .map((row) => String(Object.values(row)[0]))
    .filter((statement) => statement.startsWith('ANALYZE '))
}

/**
 * Segments of a full-text index; of FTS4, on all levels of that of its parts which has most. In FTS5 each
 * has a run of ids in the `_idx` table, in FTS4 a row in `_segdir`, where 1024 levels belong to one part.
 */
const segmentsOf = (database: DatabaseSync, { module, name }: FullTextIndex): number =>
  module === 'fts5'
    ? scalar(database, `SELECT count(DISTINCT segid) FROM ${quoteName(`${name}_idx`)}`, 'number')
    : scalar(
        database,
        `SELECT coalesce(max(segments), 0) FROM (SELECT count(*) AS segments FROM ${quoteName(`${name}_segdir`)} GROUP BY level / 1024)`,
        'number',
      )
