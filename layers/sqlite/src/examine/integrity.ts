import type { DatabaseSync } from 'node:sqlite'
import type { Outcome } from '@hubkeeper/core'
import { failedWith } from '../engine/fault.ts'
import type { FullTextIndex } from '../schema/full-text.ts'

const maxProblems = 100
const maxLength = 500

/** What `integrity_check` reports, told apart. */
export interface IntegrityReport {
  /** Of the structure; full-text indexes are not among it. */
  readonly outcome: Outcome<string[]>
  /** What is wrong with each full-text index, by name; null when the report is not complete. */
  readonly fullText: ReadonlyMap<string, string> | null
}

/** The index that a row of the report is about; null for anything else. */
function indexOf(row: string, indexes: readonly FullTextIndex[]): string | null {
  if (!/\bfts[345]\b/i.test(row)) return null
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
    const failed = failedWith(error, path)
    // A page that cannot be read is what the check looks for, not what keeps it from looking.
    if (failed.state !== 'fault' || failed.fault.kind !== 'corrupt')
      return { outcome: failed, fullText: null }
    return { outcome: { state: 'done', value: [...problems, failed.fault.message] }, fullText: null }
  }
}
