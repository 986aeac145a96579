import type { DatabaseSync } from 'node:sqlite'
import { messageOf } from '@hubkeeper/core/basics'
import { missingName } from '../engine/fault.ts'
import type { FullTextIndex } from '../schema/full-text.ts'
import { quoteName } from '../schema/quote.ts'

/**
 * What the engine says it lacks for a full-text index, as an error; null where it lacks nothing. A tokenizer is only
 * looked for when a search is made: preparing a look at the table does not tell.
 */
export function lackedBy(database: DatabaseSync, { name }: Pick<FullTextIndex, 'name'>): unknown {
  const table = quoteName(name)
  try {
    database.prepare(`SELECT 1 FROM ${table} WHERE ${table} MATCH 'a' LIMIT 1`).get()
  } catch (error) {
    if (missingName(messageOf(error)) !== null) return error
  }
  return null
}
