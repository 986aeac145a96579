import { rmSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { InPlaceStep, Outcome } from '@hubkeeper/core'
import { openHostile, scalar } from '../engine/connection.ts'
import { copyDatabase } from '../engine/copy.ts'
import { sniff } from '../engine/fault.ts'
import { failedAfter, untilUnlocked } from '../engine/locks.ts'
import type { Job } from '../engine/protocol.ts'
import { type CommitCounter, countCommits } from './commits.ts'
import { keepLocks } from './locks.ts'
import { takeSteps } from './steps.ts'
import { logSize } from './vacuum.ts'

type MaintainJob = Extract<Job, { kind: 'maintain' }>

/** What the job gives; its snapshots are at the paths that it was told. */
export interface Maintained {
  readonly foreignCommits: number | null
  readonly steps: InPlaceStep[]
  readonly walBytes: number
}

/** How long opening waits for a lock in one try, ms. */
const patience = 20

/** There are other journal modes, but no other kind. */
const journalModeOf = (database: DatabaseSync): 'rollback' | 'wal' =>
  scalar(database, 'PRAGMA journal_mode', 'string') === 'wal' ? 'wal' : 'rollback'

/**
 * Works in a live database on one connection, with a snapshot before and one after: that connection is
 * told by SQLite whether any other committed in between.
 */
export async function maintain(job: MaintainJob, heapLimit: number): Promise<Outcome<Maintained>> {
  const { lockTimeout, path } = job
  const fault = sniff(path)
  if (fault !== null) return { state: 'fault', fault }
  let database: DatabaseSync | null = null
  let counter: CommitCounter | null = null
  try {
    database = await untilUnlocked(lockTimeout, () => openAtWork(path, heapLimit))
    const journalMode = journalModeOf(database)
    counter = countCommits(path, journalMode)
    return { state: 'done', value: await work(database, counter, journalMode, job) }
  } catch (error) {
    return failedAfter(error, path, lockTimeout)
  } finally {
    database?.close()
    // Not before the connection: closing it drops the locks of this process.
    counter?.close()
  }
}

/** A connection that has read the file, so that everything beside it is there. */
function openAtWork(path: string, heapLimit: number): DatabaseSync {
  const database = openHostile(path, { readOnly: false, heapLimit, timeout: patience })
  try {
    // The log is brought in when nobody waits for it, not at a commit.
    database.exec('PRAGMA wal_autocheckpoint = 0')
    scalar(database, 'PRAGMA data_version', 'number')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

async function work(
  database: DatabaseSync,
  counter: CommitCounter,
  journalMode: 'rollback' | 'wal',
  job: MaintainJob,
): Promise<Maintained> {
  const locks = keepLocks(database, job.lockTimeout)
  const copy = async (target: string): Promise<void> => {
    rmSync(target, { force: true })
    await copyDatabase(database, target)
  }
  // Without a log, nobody can commit while a page is read.
  const snapshot = (target: string) =>
    journalMode === 'rollback'
      ? locks.reading('snapshots', () => copy(target))
      : untilUnlocked(job.lockTimeout, () => copy(target))
  const version = () => locks.look(() => scalar(database, 'PRAGMA data_version', 'number'))

  const begun = { version: await version(), commits: counter.read() }
  await snapshot(job.before)
  await takeSteps(database, journalMode, job.request, locks)
  await snapshot(job.after)
  const ended = { commits: counter.read(), version: await version() }
  return {
    foreignCommits:
      ended.version === begun.version ? 0 : counted(begun.commits, ended.commits, locks.commits()),
    steps: locks.steps(),
    walBytes: logSize(job.path),
  }
}

/** Commits of others; null when the counter cannot be right. */
function counted(begun: number | null, ended: number | null, own: number): number | null {
  if (begun === null || ended === null) return null
  // Counters are 32 bits wide and start over.
  const others = ((ended - begun) >>> 0) - own
  return others > 0 ? others : null
}
