import type { DatabaseSync } from 'node:sqlite'
import type { Outcome } from '@hubkeeper/core'
import { failedWith } from '../engine/fault.ts'
import type { FullTextIndex } from '../schema/full-text.ts'
import { lackedBy } from './tokenizers.ts'

const maxProblems = 100
const maxLength = 500

/** What `integrity_check` reports, told apart. */
export interface IntegrityReport {
  /** Of the structure; full-text indexes are not among it. */
  readonly outcome: Outcome<string[]>
  /** What is wrong with each full-text index, by name; null when the report is not complete. */
  readonly fullText: ReadonlyMap<string, string> | null
}

/** As rows about full-text indexes begin: a name that stands in any other row may hold the same words. */
const aboutFullText = /^(?:(?:malformed|unable to validate the) inverted index for FTS[345] |fts5: )/i

/** The index that a row of the report is about; null for anything else. */
function indexOf(row: string, indexes: readonly FullTextIndex[]): string | null {
  if (!aboutFullText.test(row)) return null
  const named = indexes.filter(
    ({ name }) => row.endsWith(`main.${name}`) || row.includes(`main.${name}:`) || row.endsWith(`"${name}"`),
  )
  return named.sort((a, b) => b.name.length - a.name.length)[0]?.name ?? null
}

/** Runs `integrity_check`; nothing it reports is lost when it throws in mid-report. */
export function checkIntegrity(
  database: DatabaseSync,
  path: string,
  indexes: readonly FullTextIndex[],
): IntegrityReport {
  const problems: string[] = []
  const fullText = new Map<string, string>()
  let rows = 0
  try {
    for (const row of database.prepare(`PRAGMA integrity_check(${maxProblems})`).iterate()) {
      const text = String(Object.values(row)[0]).slice(0, maxLength)
      if (text === 'ok') continue
      rows += 1
      const index = indexOf(text, indexes)
      if (index === null) problems.push(text)
      else fullText.set(index, text)
    }
    return { outcome: { state: 'done', value: problems }, fullText: rows < maxProblems ? fullText : null }
  } catch (error) {
    const failed = failureOf(error, database, path, indexes)
    if (failed.state === 'fault' && problems.length > 0)
      return { outcome: { state: 'done', value: [...problems, failed.fault.message] }, fullText: null }
    // A page that cannot be read is what the check looks for, not what keeps it from looking.
    if (failed.state !== 'fault' || failed.fault.kind !== 'corrupt')
      return { outcome: failed, fullText: null }
    return { outcome: { state: 'done', value: [failed.fault.message] }, fullText: null }
  }
}

/** Of a tokenizer that is the hub’s own the check says nothing, but ends. */
function failureOf(
  error: unknown,
  database: DatabaseSync,
  path: string,
  indexes: readonly FullTextIndex[],
): Outcome<never> {
  const failed = failedWith(error, path)
  if (failed.state !== 'fault' || failed.fault.kind !== 'other') return failed
  const lacks = indexes.map((index) => lackedBy(database, index)).find((each) => each !== null)
  return lacks === undefined ? failed : failedWith(lacks, path)
}
