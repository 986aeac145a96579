import type { DatabaseSync } from 'node:sqlite'
import type { Outcome, SearchIndexCheck } from '@hubkeeper/core'
import { readSchema } from '../digest/native-source.ts'
import { failedWith } from '../engine/fault.ts'
import { type FullTextIndex, fullTextIndexes } from '../schema/full-text.ts'
import { quoteName } from '../schema/quote.ts'

/**
 * Every full-text index against its content. The check is a command that is written to the index, so
 * it needs a file that may be written; it is rolled back.
 */
export function checkSearchIndexes(
  database: DatabaseSync,
  path: string,
  writable: boolean,
): SearchIndexCheck[] {
  return fullTextIndexes(readSchema(database)).map((index) => ({
    ...index,
    outcome: writable
      ? checkOne(database, path, index)
      : { state: 'skipped', reason: 'the check needs a copy that may be written' },
  }))
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
    database.exec('BEGIN')
    try {
      database.exec(command)
    } finally {
      database.exec('ROLLBACK')
    }
    return { state: 'done', value: null }
  } catch (error) {
    const failed = failedWith(error, path)
    if (failed.state !== 'fault' || failed.fault.kind !== 'corrupt') return failed
    return { state: 'done', value: `it does not agree with its content: ${failed.fault.message}` }
  }
}
