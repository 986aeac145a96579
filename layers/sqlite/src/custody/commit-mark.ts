import { existsSync } from 'node:fs'
import { readHeader } from '../examine/structure.ts'
import { countCommits } from '../live/commits.ts'

/** How many commits a live database has had, from any beginning. */
export interface CommitMark {
  readonly journalMode: 'rollback' | 'wal'
  readonly commits: number
}

/**
 * The mark of a live database now; null where there is none: a WAL’s commits are counted only while
 * somebody has the database open. For a process that never opens it with SQLite.
 */
export function commitMark(path: string): CommitMark | null {
  if (!existsSync(path)) return null
  const { journalMode } = readHeader(path)
  if (journalMode === 'wal' && !existsSync(`${path}-shm`)) return null
  const counter = countCommits(path, journalMode)
  try {
    const commits = counter.read()
    return commits === null ? null : { journalMode, commits }
  } finally {
    counter.close()
  }
}

/** Commits between two marks, one of our own left out; null where that cannot be told. */
export function foreignCommits(before: CommitMark | null, after: CommitMark | null): number | null {
  if (before === null || after === null || before.journalMode !== after.journalMode) return null
  // Counters are 32 bits wide and start over.
  return Math.max(0, ((after.commits - before.commits) >>> 0) - 1)
}
