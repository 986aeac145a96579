import { codeOf } from '@hubkeeper/core'
import { readHeader } from '../examine/header.ts'
import { countCommits } from '../live/commits.ts'

/** How many commits a live database has had, from any beginning. */
export interface CommitMark {
  readonly journalMode: 'rollback' | 'wal'
  readonly commits: number
  /** Of what counts them; see `CommitCounter`. */
  readonly file: string
}

/**
 * The mark of a live database now; null where there is none: a WAL’s commits are counted only while
 * somebody has the database open. For a process that never opens it with SQLite.
 */
export function commitMark(path: string): CommitMark | null {
  try {
    return readMark(path)
  } catch (error) {
    // Whoever closes a WAL database last takes away what its commits were counted in, at any moment.
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

function readMark(path: string): CommitMark | null {
  const { journalMode } = readHeader(path)
  const counter = countCommits(path, journalMode)
  try {
    const commits = counter.read()
    return commits === null ? null : { journalMode, commits, file: counter.file }
  } finally {
    counter.close()
  }
}

/** More commits than that are none: the count began anew. */
const most = 2 ** 31

/** Commits between two marks, one of our own left out; null where that cannot be told. */
export function foreignCommits(before: CommitMark | null, after: CommitMark | null): number | null {
  if (before === null || after === null) return null
  if (before.journalMode !== after.journalMode || before.file !== after.file) return null
  // Counters are 32 bits wide and start over.
  const commits = (after.commits - before.commits) >>> 0
  return commits === 0 || commits > most ? null : commits - 1
}
