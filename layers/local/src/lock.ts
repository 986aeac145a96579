import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { HubkeeperError, messageOf, seconds } from '@hubkeeper/core'

/** Excludes every other process, and every other caller in this one. */
export interface Lock {
  /** Runs `critical` alone. It must be short: it blocks whoever waits. */
  run<T>(critical: () => T): T
}

const timeout = seconds(30)

/**
 * A lock between processes: an exclusive transaction on a small SQLite database. The system releases
 * it when its holder is killed, which no lock file survives and Node has no `flock` for.
 */
export function createLock(path: string): Lock {
  let database: DatabaseSync | null = null
  const open = (): DatabaseSync => {
    mkdirSync(dirname(path), { recursive: true })
    return new DatabaseSync(path, { timeout })
  }
  return {
    run(critical) {
      try {
        database ??= open()
        database.exec('BEGIN EXCLUSIVE')
      } catch (error) {
        throw new HubkeeperError('io', `the lock ${path} cannot be taken: ${messageOf(error)}`, {
          hint: 'check that its directory may be written; if the file is damaged, delete it while nothing runs',
          cause: error,
        })
      }
      try {
        return critical()
      } finally {
        database.exec('ROLLBACK')
      }
    },
  }
}
