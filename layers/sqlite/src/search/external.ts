import { constants, copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { KeyedRows, Outcome, SearchDifferences, SearchSource } from '@hubkeeper/core'
import { readSchema } from '../digest/native-source.ts'
import { openHostile, scalar } from '../engine/connection.ts'
import { failedWith } from '../engine/fault.ts'
import { type FullTextIndex, keepsIn } from '../schema/full-text.ts'
import { quoteName } from '../schema/quote.ts'
import { KeyCount } from './keys.ts'
import { rebuild } from './rebuild.ts'
import { mayCompareWords, sumsOfDocuments } from './words.ts'

interface ExternalOptions {
  readonly path: string
  /** Directory for a copy. */
  readonly scratch: string
  readonly heapLimit: number
  readonly limit: number
}

/**
 * A full-text index over another table. What it has indexed cannot be read from it as rows: which rows it knows
 * is in its table of sizes, and what of them, a copy says that is made anew.
 */
export function compareExternal(
  index: FullTextIndex,
  source: SearchSource,
  options: ExternalOptions,
): Outcome<SearchDifferences> {
  const copy = join(options.scratch, `search-compare-${process.pid}.db`)
  try {
    copyFileSync(options.path, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    const database = openHostile(copy, { readOnly: false, heapLimit: options.heapLimit })
    try {
      database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF')
      return { state: 'done', value: differences(database, index, source, options.limit) }
    } finally {
      database.close()
    }
  } catch (error) {
    return failedWith(error, options.path)
  } finally {
    for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(copy + suffix, { force: true })
  }
}

/** Where an index keeps how many words each row has; FTS3 has no such table. */
const sizeColumns = { fts5: { id: 'id', size: 'sz' }, fts4: { id: 'docid', size: 'size' } } as const

function differences(
  database: DatabaseSync,
  { module, name }: FullTextIndex,
  { key, table }: SearchSource,
  limit: number,
): SearchDifferences {
  const sourceRows = scalar(database, `SELECT count(*) FROM ${quoteName(table)}`, 'number')
  const none = new KeyCount(0).result()
  if (module === 'fts3' || !keepsIn(readSchema(database), name, 'docsize')) {
    const incomplete = 'it does not keep which rows it has indexed'
    return { indexRows: 0, sourceRows, missing: none, extra: none, different: none, incomplete }
  }
  const { id, size } = sizeColumns[module]
  const sizes = quoteName(`${name}_docsize`)
  // What is called rowid there, be it a column; any value counts as the integer that it is read as.
  const rowid = key === undefined ? 'rowid' : quoteName(key)
  database.exec(`
    CREATE TEMP TABLE hubkeeper_source (id INTEGER PRIMARY KEY);
    INSERT OR IGNORE INTO temp.hubkeeper_source
      SELECT coalesce(CAST(${rowid} AS INTEGER), 0) FROM ${quoteName(table)};
    CREATE TEMP TABLE hubkeeper_sizes (id INTEGER PRIMARY KEY, size BLOB);
    INSERT INTO temp.hubkeeper_sizes SELECT ${id}, ${size} FROM ${sizes};`)
  const without = (one: string, other: string) =>
    counted(
      limit,
      keysOf(
        database,
        `SELECT id FROM temp.${one} WHERE id NOT IN (SELECT id FROM temp.${other}) ORDER BY id`,
      ),
    )
  return {
    indexRows: scalar(database, 'SELECT count(*) FROM temp.hubkeeper_sizes', 'number'),
    sourceRows,
    missing: without('hubkeeper_source', 'hubkeeper_sizes'),
    extra: without('hubkeeper_sizes', 'hubkeeper_source'),
    ...changed(
      database,
      module,
      name,
      `SELECT o.id FROM temp.hubkeeper_sizes AS o JOIN ${sizes} AS n ON n.${id} = o.id
       WHERE o.size IS NOT n.${size} ORDER BY o.id`,
      limit,
    ),
  }
}

/** Rows whose words are other ones once the index is made anew. */
function changed(
  database: DatabaseSync,
  module: 'fts4' | 'fts5',
  index: string,
  otherSizes: string,
  limit: number,
): Pick<SearchDifferences, 'different' | 'incomplete'> {
  const before = module === 'fts5' ? wordsOf(database, index) : 'FTS4 does not tell'
  rebuild(database, index)
  const rows = new Set(keysOf(database, otherSizes))
  if (typeof before === 'string') {
    const incomplete = `rows with other words, but as many of them, are not among those that differ: ${before}`
    return { different: counted(limit, rows), incomplete }
  }
  const after = sumsOfDocuments(database, index)
  const isCommon = database.prepare(
    `SELECT 1 FROM temp.hubkeeper_sizes WHERE id = ?1 AND id IN (SELECT id FROM temp.hubkeeper_source)`,
  )
  for (const row of new Set([...before.keys(), ...after.keys()])) {
    if (before.get(row) !== after.get(row) && isCommon.get(row) !== undefined) rows.add(row)
  }
  return {
    different: counted(
      limit,
      [...rows].sort((a, b) => (a < b ? -1 : 1)),
    ),
    incomplete: null,
  }
}

/** A sum over the words of each row; why there is none, in words. */
function wordsOf(database: DatabaseSync, index: string): Map<bigint, number> | string {
  try {
    return mayCompareWords(database, index) ?? sumsOfDocuments(database, index)
  } catch (error) {
    const failed = failedWith(error, index)
    if (failed.state !== 'fault' || failed.fault.kind !== 'corrupt') throw error
    return 'what it has indexed is damaged'
  }
}

function counted(limit: number, keys: Iterable<bigint>): KeyedRows {
  const count = new KeyCount(limit)
  for (const key of keys) count.add(key)
  return count.result()
}

/** What a query gives as its first column. */
function* keysOf(database: DatabaseSync, sql: string): Generator<bigint> {
  const statement = database.prepare(sql)
  statement.setReadBigInts(true)
  for (const row of statement.iterate()) {
    const [key] = Object.values(row)
    if (typeof key === 'bigint') yield key
  }
}
