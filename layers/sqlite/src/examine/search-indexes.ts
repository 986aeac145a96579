import { constants, copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Outcome, SearchIndexCheck } from '@hubkeeper/core'
import { openHostile } from '../engine/connection.ts'
import { failedWith } from '../engine/fault.ts'
import type { FullTextIndex } from '../schema/full-text.ts'
import { quoteName } from '../schema/quote.ts'

interface SearchIndexOptions {
  readonly path: string
  readonly scratch: string
  readonly heapLimit: number
  /** What `integrity_check` said of each index; null when it was not asked, or did not finish. */
  readonly reported: ReadonlyMap<string, string> | null
}

/**
 * Every full-text index against its content. `integrity_check` compares an index with content of its
 * own; content in another table is compared by a command that has to be written, so to a copy.
 */
export function checkSearchIndexes(
  indexes: readonly FullTextIndex[],
  options: SearchIndexOptions,
): SearchIndexCheck[] {
  const { reported } = options
  const known = (index: FullTextIndex): Outcome<string | null> | null => {
    const problem = reported?.get(index.name) ?? null
    if (problem !== null) return { state: 'done', value: problem }
    return reported !== null && index.content !== 'external' ? { state: 'done', value: null } : null
  }
  const pending = indexes.filter((index) => known(index) === null)
  const checked =
    pending.length === 0 ? new Map<string, Outcome<string | null>>() : checkInCopy(pending, options)
  return indexes.map((index) => ({
    ...index,
    outcome: known(index) ?? checked.get(index.name) ?? { state: 'skipped', reason: 'it was not checked' },
  }))
}

/** Runs the indexes' own check in a copy that is thrown away. */
function checkInCopy(
  indexes: readonly FullTextIndex[],
  { heapLimit, path, scratch }: SearchIndexOptions,
): Map<string, Outcome<string | null>> {
  const copy = join(scratch, `search-check-${process.pid}.db`)
  try {
    copyFileSync(path, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    const database = openHostile(copy, { readOnly: false, heapLimit })
    try {
      return new Map(indexes.map((index) => [index.name, checkOne(database, path, index)]))
    } finally {
      database.close()
    }
  } catch (error) {
    const failed = failedWith(error, path)
    return new Map(indexes.map(({ name }) => [name, failed]))
  } finally {
    for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(copy + suffix, { force: true })
  }
}

function checkOne(
  database: DatabaseSync,
  path: string,
  { content, module, name }: FullTextIndex,
): Outcome<string | null> {
  const table = quoteName(name)
  // Only with rank 1 is an index compared with content that lies in another table.
  const command =
    module === 'fts5' && content === 'external'
      ? `INSERT INTO ${table}(${table}, rank) VALUES ('integrity-check', 1)`
      : `INSERT INTO ${table}(${table}) VALUES ('integrity-check')`
  try {
    database.exec(command)
    return { state: 'done', value: null }
  } catch (error) {
    const failed = failedWith(error, path)
    if (failed.state !== 'fault' || failed.fault.kind !== 'corrupt') return failed
    return { state: 'done', value: `it does not agree with its content: ${failed.fault.message}` }
  }
}
