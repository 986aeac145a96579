import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { HubkeeperError, messageOf } from '@hubkeeper/core'

/** A lock that is held as long as this process lives, or until it is released. */
export interface HeldLock {
  release(): void
}

const busy = 5

/** For how long who only looks may be in the way, ms. */
const patience = 500

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === busy

const cannot = (path: string, error: unknown): HubkeeperError =>
  new HubkeeperError('io', `the lock ${path} cannot be used: ${messageOf(error)}`, {
    hint: 'check that its directory may be written; if the file is damaged, delete it while nothing runs',
    cause: error,
  })

/**
 * Takes a lock between processes for long; null when another one holds it. It is a transaction on a small
 * SQLite database that is never ended: the system releases it when its holder dies, and others can still
 * read who that is.
 *
 * @throws HubkeeperError when its file cannot be used
 */
export function holdLock(path: string, owner: string): HeldLock | null {
  try {
    mkdirSync(dirname(path), { recursive: true })
    const database = new DatabaseSync(path, { timeout: patience })
    try {
      database.exec('BEGIN IMMEDIATE')
      database.exec('CREATE TABLE IF NOT EXISTS holder (owner TEXT NOT NULL) STRICT; DELETE FROM holder')
      database.prepare('INSERT INTO holder (owner) VALUES (?)').run(owner)
      database.exec('COMMIT')
      database.exec('BEGIN IMMEDIATE')
      return { release: () => database.close() }
    } catch (error) {
      database.close()
      if (isBusy(error)) return null
      throw error
    }
  } catch (error) {
    throw cannot(path, error)
  }
}

/** Who holds a lock; null when nobody does. @throws HubkeeperError when its file cannot be used */
export function holderOf(path: string): string | null {
  if (!existsSync(path)) return null
  try {
    const database = new DatabaseSync(path, { timeout: 0 })
    try {
      database.exec('BEGIN IMMEDIATE; ROLLBACK')
      return null
    } catch (error) {
      if (!isBusy(error)) throw error
      const owner = database.prepare('SELECT owner FROM holder').get()?.owner
      return typeof owner === 'string' ? owner : 'another process'
    } finally {
      database.close()
    }
  } catch (error) {
    throw cannot(path, error)
  }
}
