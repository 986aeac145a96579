import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { HubkeeperError, messageOf, type RecordStore, type StoredRecord, seconds } from '@hubkeeper/core'
import * as z from 'zod'

const rowSchema = z.object({ key: z.string(), value: z.string(), revision: z.number() })

const recordOf = (row: unknown): StoredRecord => {
  const { revision, ...rest } = rowSchema.parse(row)
  return { ...rest, revision: String(revision) }
}

/** Records in one small SQLite database, made with the first one; compare-and-set holds across processes. */
export function sqliteRecords({ path }: { readonly path: string }): RecordStore & { close(): void } {
  let database: DatabaseSync | null = null

  const open = (): DatabaseSync => {
    mkdirSync(dirname(path), { recursive: true })
    const opened = new DatabaseSync(path, { timeout: seconds(30) })
    // Revisions never repeat, so that a record that was deleted and made again is another one.
    opened.exec(`
      PRAGMA synchronous = EXTRA;
      CREATE TABLE IF NOT EXISTS records (
        revision INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL UNIQUE,
        value TEXT NOT NULL
      ) STRICT;
    `)
    return opened
  }

  const use = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw new HubkeeperError('io', `the ledger ${path} cannot be used: ${messageOf(error)}`, {
        hint: 'check the disk and the rights on it; if the file is damaged, move it away: what it knows of runs, signatures, freezes and expectations is lost with it',
        cause: error,
      })
    }
  }

  /** Who only looks leaves no file behind. */
  const look = <T>(work: (database: DatabaseSync) => T, nothing: T): T =>
    use(() => {
      if (database !== null) return work(database)
      if (statSync(path, { throwIfNoEntry: false }) === undefined) {
        const folder = statSync(dirname(path), { throwIfNoEntry: false })
        // None can ever be made there.
        if (folder?.isDirectory() === false) throw new Error(`${dirname(path)} is no directory`)
        return nothing
      }
      database = open()
      return work(database)
    })

  const find = (open: DatabaseSync, key: string): StoredRecord | null => {
    const row = open.prepare('SELECT key, value, revision FROM records WHERE key = ?').get(key)
    return row === undefined ? null : recordOf(row)
  }

  /** Runs `work` as one transaction that excludes other writers from its first look on. */
  const transact = <T>(work: (database: DatabaseSync) => T): T =>
    use(() => {
      database ??= open()
      const opened = database
      opened.exec('BEGIN IMMEDIATE')
      try {
        const result = work(opened)
        opened.exec('COMMIT')
        return result
      } catch (error) {
        if (opened.isTransaction) opened.exec('ROLLBACK')
        throw error
      }
    })

  return {
    get: async (key) => look((open) => find(open, key), null),

    async put(key, value, expected) {
      return transact((open) => {
        if ((find(open, key)?.revision ?? null) !== expected) return null
        open.prepare('DELETE FROM records WHERE key = ?').run(key)
        const { lastInsertRowid } = open
          .prepare('INSERT INTO records (key, value) VALUES (?, ?)')
          .run(key, value)
        return String(lastInsertRowid)
      })
    },

    async delete(key, expected) {
      return transact((open) => {
        if (find(open, key)?.revision !== expected) return false
        open.prepare('DELETE FROM records WHERE key = ?').run(key)
        return true
      })
    },

    async list(prefix) {
      return look(
        (open) =>
          open
            .prepare(
              'SELECT key, value, revision FROM records WHERE substr(key, 1, length(?)) = ? ORDER BY key',
            )
            .all(prefix, prefix)
            .map(recordOf),
        [],
      )
    },

    close() {
      database?.close()
      database = null
    },
  }
}
