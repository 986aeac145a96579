import { copyFileSync, renameSync, rmSync } from 'node:fs'
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { Outcome } from '@hubkeeper/core'
import { openHostile } from '../engine/connection.ts'
import { failedWith } from '../engine/fault.ts'
import { canaryPrefix, canaryTables, lastWrites } from './tables.ts'

interface Planting {
  readonly path: string
  readonly step: PlantStep
  /** Which row it is about. */
  readonly seed: number
}

/** Opens the canary, as often as it takes, and closes it again. */
type Use = <T>(work: (database: DatabaseSync) => T) => T

/** Changes a canary at rest; gives what was changed, in words. */
export function plant({ path, seed, step }: Planting, heapLimit: number): Outcome<string> {
  const use: Use = (work) => {
    const database = openHostile(path, { readOnly: false, heapLimit })
    try {
      // A canary that is lost is made again.
      database.exec('PRAGMA synchronous = OFF')
      return work(database)
    } finally {
      database.close()
    }
  }
  try {
    return { state: 'done', value: steps[step](use, (rows) => 1 + (seed % rows), path) }
  } catch (error) {
    return failedWith(error, path)
  }
}

const run =
  (sql: string, place: string) =>
  (use: Use): string => {
    use((database) => database.exec(`BEGIN; ${sql}; COMMIT`))
    return place
  }

/** `rowOf` gives the number of a row in a table of so many. */
type Step = (use: Use, rowOf: (rows: number) => number, path: string) => string

/** What is done to a canary through SQLite: making it in two steps, then one fault. */
const steps = {
  tables: run(canaryTables, 'canary tables'),
  'last-writes': run(lastWrites, 'the last writes'),
  'missing-wal': leaveWalBehind,
  'dropped-index-row': dropIndexRow,
  'emptied-table': run(`DELETE FROM ${canaryPrefix}entries`, `every row of ${canaryPrefix}entries`),
  'missing-table': run(`DROP TABLE ${canaryPrefix}visits`, `table ${canaryPrefix}visits`),
  'missing-column': run(
    // ALTER TABLE refuses where a view of the hub is broken, though that has nothing to do with it.
    `CREATE TEMP TABLE kept AS SELECT id, word FROM ${canaryPrefix}entries;
     DROP TABLE ${canaryPrefix}entries;
     CREATE TABLE ${canaryPrefix}entries (id INTEGER PRIMARY KEY, word TEXT NOT NULL);
     CREATE INDEX ${canaryPrefix}entries_by_word ON ${canaryPrefix}entries (word);
     INSERT INTO ${canaryPrefix}entries SELECT id, word FROM kept`,
    `column note of ${canaryPrefix}entries`,
  ),

  'broken-foreign-key'(use, rowOf) {
    const keeper = rowOf(20)
    use((database) => database.prepare(`DELETE FROM ${canaryPrefix}keepers WHERE id = ?`).run(keeper))
    return `row ${keeper} of ${canaryPrefix}keepers, which others refer to`
  },

  'broken-fts-index'(use, rowOf) {
    return use((database) => {
      // SQLite guards the tables of an index unless told not to.
      database.enableDefensive(false)
      const blocks = database
        .prepare(`SELECT id FROM ${canaryPrefix}pages_data WHERE id > 10 ORDER BY id`)
        .all()
      const number = rowOf(blocks.length)
      const id = blocks[number - 1]?.id ?? null
      database.prepare(`DELETE FROM ${canaryPrefix}pages_data WHERE id = ?`).run(id)
      return `block ${number} of the index ${canaryPrefix}pages`
    })
  },

  'external-content-mismatch'(use, rowOf) {
    const row = rowOf(200)
    use((database) =>
      database
        .prepare(
          `INSERT INTO ${canaryPrefix}search (${canaryPrefix}search, rowid, title, body)
           SELECT 'delete', id, title, body FROM ${canaryPrefix}articles WHERE id = ?`,
        )
        .run(row),
    )
    return `row ${row} of ${canaryPrefix}articles, which its index lacks`
  },
} as const satisfies Readonly<Record<string, Step>>

/** A step by which a canary is made, or a fault planted. */
export type PlantStep = keyof typeof steps

/** Takes a row out of an index alone: it is put back while the index is said to take no rows. */
function dropIndexRow(use: Use, rowOf: (rows: number) => number): string {
  const id = rowOf(400)
  const index = `${canaryPrefix}entries_by_word`
  const rewrite = (expression: string): void =>
    use((database) => {
      database.enableDefensive(false)
      database.exec(
        `PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = ${expression} WHERE name = '${index}'`,
      )
    })
  const row = use((database) => {
    const found = database.prepare(`SELECT word, note FROM ${canaryPrefix}entries WHERE id = ?`).get(id)
    database.prepare(`DELETE FROM ${canaryPrefix}entries WHERE id = ?`).run(id)
    return found
  })
  const values: SQLInputValue[] = [row?.word ?? null, row?.note ?? null]
  const none = ' WHERE 0'
  rewrite(`sql || '${none}'`)
  use((database) =>
    database
      .prepare(`INSERT INTO ${canaryPrefix}entries (id, word, note) VALUES (?, ?, ?)`)
      .run(id, ...values),
  )
  rewrite(`substr(sql, 1, length(sql) - ${none.length})`)
  return `row ${id} of ${canaryPrefix}entries, which ${index} lacks`
}

/** Commits to a WAL, and keeps the file that a copy without the WAL would have been. */
function leaveWalBehind(use: Use, _rowOf: (rows: number) => number, path: string): string {
  const main = `${path}-main`
  use((database) => {
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; BEGIN; ${lastWrites}; COMMIT`)
    copyFileSync(path, main)
  })
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
  renameSync(main, path)
  return 'the last commits, which were in the WAL'
}
