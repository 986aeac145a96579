import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type ConfigInput, days, hours, runTask } from '@hubkeeper/core'
import { openEmbedded } from '../../cli/src/embedded.ts'
import { createSampleHub } from '../../examples/sample-hub/create.ts'
import { backup } from '../../functions/backup/task.ts'
import { configuredIn } from './configured.ts'
import { temporaryDirectory } from './temporary.ts'

/** Days of history; the last backup was taken an hour ago. */
const length = 7
/** From this day on, what is written stays in the log. */
const heldFrom = 4

/** A hub that served for some days, with a proven backup a day. */
export interface Past {
  /** A copy of it, to be harmed. */
  copy(): HubCopy
  dispose(): void
}

/** One copy of a hub. */
export interface HubCopy {
  readonly directory: string
  /** Runs SQL in the database. */
  execute(sql: string): void
  /** The first value of a query. */
  value(sql: string): unknown
  /** Puts a file in the place of the database; nobody has that open. */
  put(file: 'old.db' | 'without-log.db'): void
}

const config: ConfigInput = {
  hubs: {
    hub: {
      // Another engine would say the same of every one of them, and takes as long again.
      database: { path: 'knowledge/hub.db', authority: 'server', crossCheckMaxBytes: 0 },
      // Short, so that there is something to delete.
      backups: { retention: { days: 1, weeks: 0, months: 0, years: 0, minimumProven: 3 } },
    },
  },
}

/** Lives through these days: a few articles a day, and a backup after them. */
export async function liveThroughDays(): Promise<Past> {
  const directory = mkdtempSync(join(tmpdir(), 'hubkeeper-days-'))
  const { database: path } = createSampleHub({ directory, articles: 200, journalMode: 'wal' })
  writeFileSync(join(directory, 'hubkeeper.json'), JSON.stringify(config))
  const configured = await configuredIn(directory)
  const last = Date.now() - hours(1)
  const dayOf = (i: number): Date => new Date(last - days(length - 1 - i))
  let now = dayOf(0)
  const embedded = openEmbedded(configured, { tasks: [backup], now: () => now })
  const database = new DatabaseSync(path, { timeout: 5000 })
  const timestamps = `strftime('%Y-%m-%d %H:%M:%S', '${dayOf(0).toISOString()}', '-' || (300 - id % 300) || ' hours')`
  database.exec(`UPDATE articles SET created_at = ${timestamps}`)
  for (let i = 0; i < length; i++) {
    now = dayOf(i)
    if (i === heldFrom) database.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA wal_autocheckpoint = 0')
    addArticles(database, now, 4)
    const request = { hub: configured.hub, input: {}, scheduledFor: null, at: null, dryRun: false }
    await runTask(backup, { ...request, progress: { step: () => {} } }, embedded.drivers)
    // Between two backups, so that it equals none.
    if (i === 2) {
      addArticles(database, new Date(now.getTime() + hours(2)), 1)
      database.exec(`VACUUM INTO '${join(directory, 'old.db')}'`)
    }
  }
  copyFileSync(path, join(directory, 'without-log.db'))
  database.close()
  await embedded.close()
  return {
    copy: () => copyOf(directory),
    dispose: () => rmSync(directory, { recursive: true, force: true }),
  }
}

function addArticles(database: DatabaseSync, at: Date, count: number): void {
  const add = database.prepare(
    "INSERT INTO articles (title, topic, author, body, created_at) SELECT ?, 'lamp', min(id), ?, ? FROM authors",
  )
  for (let i = 0; i < count; i++) {
    const time = new Date(at.getTime() - i * 60_000).toISOString().slice(0, 19).replace('T', ' ')
    add.run(`Of ${time}`, `What was seen at ${time}. `.repeat(20), time)
  }
}

function copyOf(from: string): HubCopy {
  const directory = join(temporaryDirectory(), 'hub')
  mkdirSync(directory)
  cpSync(from, directory, { recursive: true })
  const path = join(directory, 'knowledge/hub.db')
  return {
    directory,
    execute(sql) {
      const connection = new DatabaseSync(path, { timeout: 5000 })
      connection.exec(sql)
      connection.close()
    },
    value(sql) {
      const connection = new DatabaseSync(path, { readOnly: true })
      const value = Object.values(connection.prepare(sql).get() ?? {})[0]
      connection.close()
      return value
    },
    put(file) {
      for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
      copyFileSync(join(directory, file), path)
    },
  }
}
