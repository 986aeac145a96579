import type { DatabaseSync } from 'node:sqlite'
import type { Outcome } from '@hubkeeper/core'
import { failedWith } from '../engine/fault.ts'

const maxProblems = 100
const maxLength = 500

/** What `integrity_check` reports, none of it lost when it throws in mid-report. */
export function checkIntegrity(database: DatabaseSync, path: string): Outcome<string[]> {
  const problems: string[] = []
  try {
    for (const row of database.prepare(`PRAGMA integrity_check(${maxProblems})`).iterate()) {
      const text = String(Object.values(row)[0])
      if (text !== 'ok') problems.push(text.slice(0, maxLength))
    }
    return { state: 'done', value: problems }
  } catch (error) {
    const failed = failedWith(error, path)
    // A page that cannot be read is what the check looks for, not what keeps it from looking.
    if (failed.state !== 'fault' || failed.fault.kind !== 'corrupt') return failed
    return { state: 'done', value: [...problems, failed.fault.message] }
  }
}
