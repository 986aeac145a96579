import type { DatabaseSync } from 'node:sqlite'
import type { DatabaseStatistics, TableStatistics } from '@hubkeeper/core'
import * as z from 'zod'
import { readSchema } from '../digest/native-source.ts'
import { scalar } from '../engine/connection.ts'
import { fullTextIndexes } from '../schema/full-text.ts'
import { quoteName } from '../schema/quote.ts'
import { parseVirtualTable } from '../schema/virtual-table.ts'

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
  const tables = schema
    .filter(({ sql, type }) => type === 'table' && (sql === null || parseVirtualTable(sql) === null))
    .map(({ name }): TableStatistics => {
      const indexes = schema.filter((object) => object.type === 'index' && object.table === name)
      return {
        name,
        rows: scalar(database, `SELECT count(*) FROM ${quoteName(name)}`, 'number'),
        bytes: sizes.get(name)?.size ?? 0,
        indexBytes: indexes.reduce((sum, index) => sum + (sizes.get(index.name)?.size ?? 0), 0),
      }
    })
  return {
    tables,
    reclaimableBytes: reclaimable(database, [...sizes.values()]),
    optimizeStatements: optimizePlan(database),
    fragmentedSearchIndexes: fullTextIndexes(schema)
      .filter(({ content, module }) => module === 'fts5' && content !== 'contentless')
      .map(({ name }) => name)
      .filter((name) => segmentsOf(database, name) > 1),
  }
}

/** Free pages, and slack beyond what VACUUM leaves itself. */
function reclaimable(database: DatabaseSync, sizes: readonly z.infer<typeof storage>[]): number {
  const free =
    scalar(database, 'PRAGMA freelist_count', 'number') * scalar(database, 'PRAGMA page_size', 'number')
  const size = sizes.reduce((sum, row) => sum + row.size, 0)
  const unused = sizes.reduce((sum, row) => sum + row.unused, 0)
  return free + Math.max(0, Math.round(unused - size * usualSlack))
}

/** What `PRAGMA optimize` would run, without running it. */
export const optimizePlan = (database: DatabaseSync): string[] =>
  database
    .prepare(`PRAGMA optimize(${optimizeMask | 0x01})`)
    .all()
    .map((row) => String(Object.values(row)[0]))

/** Segments of an FTS5 index: each has a run of ids in its `_idx` table. */
const segmentsOf = (database: DatabaseSync, name: string): number =>
  scalar(database, `SELECT count(DISTINCT segid) FROM ${quoteName(`${name}_idx`)}`, 'number')
