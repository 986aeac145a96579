import type { DatabaseSync } from 'node:sqlite'
import { failedWith } from '../engine/fault.ts'
import { searchWords } from '../engine/guess-statements.ts'
import type { FullTextIndex, SchemaObject } from '../schema/full-text.ts'

/** Of so many words at least, what share searches have to find. */
const leastWords = 5
const leastFound = 0.9

/**
 * How searches show that an index is broken, in words; null where they do not. SQLite’s own check reads what an
 * index holds, and not all of the ways that lead a search to it.
 */
export function whyUnsearchable(
  database: DatabaseSync,
  schema: readonly SchemaObject[],
  index: FullTextIndex,
): string | null {
  try {
    const { found, tried } = searchWords(database, index)
    // FTS4 tells of words whose rows were deleted, in descending order.
    if (index.module !== 'fts5' || tried < leastWords) return null
    const definition = schema.find(({ name }) => name === index.name)?.sql ?? ''
    // What parts or makes up words is asked before letters become small, and again of the small ones in a search.
    if (/separators|categories/i.test(definition)) return null
    // Porter's stemmer makes another word of many a stem, and then no search finds it.
    const isStemmed = /porter/i.test(definition)
    return found.length === 0 || (!isStemmed && found.length < tried * leastFound)
      ? `searches find ${found.length} of ${tried} words that it holds`
      : null
  } catch (error) {
    const failed = failedWith(error, index.name)
    // What keeps the engine from looking is said by the comparison.
    if (failed.state !== 'fault' || failed.fault.kind !== 'corrupt') return null
    return `a search in it fails: ${failed.fault.message}`
  }
}
