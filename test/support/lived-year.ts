import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type ConfigInput, days, hours, type Report, runTask, type Task } from '@hubkeeper/core'
import { createScratch, type Engine } from '@hubkeeper/sqlite'
import { openEmbedded } from '../../cli/src/embedded.ts'
import { createSampleHub } from '../../examples/sample-hub/create.ts'
import { startSampleHub } from '../../examples/sample-hub/start.ts'
import { askingNobody } from './asking-nobody.ts'
import { configuredIn } from './configured.ts'
import { connectingTo, scratchIn } from './engine-of-ports.ts'

/** A task that is really run every so many days, the first time on the first day. */
export interface Rhythm {
  readonly task: Task
  readonly everyDays: number
}

/** What a hub lives through. */
export interface LifeOptions {
  readonly days: number
  readonly rhythms: readonly Rhythm[]
  /** Articles that are added each day, all of one length. @default 20 */
  readonly rowsPerDay?: number
  /** How much longer its API takes for an answer on a day, ms; it has none without. */
  readonly slowOn?: (day: number) => number
  readonly hub?: Partial<ConfigInput['hubs'][string]>
  /** Reads the database; the hub's own engine, with its processes, by default. */
  readonly engine?: Engine
}

/** What became of it, and what is true of it. */
export interface Life {
  readonly directory: string
  /** The last day. */
  readonly end: Date
  readonly reports: readonly Report[]
  /** The database as it was on each day before anything was run. */
  readonly truth: readonly { readonly at: Date; readonly rows: number; readonly bytes: number }[]
  /** Runs SQL in the database. */
  execute(sql: string): void
  /** Runs a task on the last day, or so many days later. */
  run(task: Task, later?: number): Promise<Report>
  dispose(): Promise<void>
}

/** The path that its API is timed at. */
export const livedPath = '/api/v1/search?q=lamp'

/** The statement that is timed of it. */
export const livedStatement = { name: 'by topic', sql: "SELECT title FROM articles WHERE topic = 'lens'" }

/**
 * Lives through days one after the other on a clock of its own that ends now: rows are added, and the tasks run for
 * real, on the drivers of a hub on this machine.
 */
export async function liveThrough(options: LifeOptions): Promise<Life> {
  const { rhythms, rowsPerDay = 20, slowOn } = options
  const directory = mkdtempSync(join(tmpdir(), 'hubkeeper-life-'))
  const { database: path } = createSampleHub({
    directory,
    articles: 200,
    deletedShare: 0,
    journalMode: 'delete',
  })
  const server =
    slowOn === undefined
      ? null
      : await startSampleHub({ database: path, logs: join(directory, 'served-logs') })
  writeFileSync(join(directory, 'hubkeeper.json'), JSON.stringify(configOf(options, server?.url)))
  const configured = await configuredIn(directory)
  const end = Date.now() - hours(1)
  const dayOf = (day: number): number => end - days(options.days - 1 - day)
  let day = { begins: dayOf(0), since: performance.now() }
  // A run takes as long as it takes.
  const now = (): Date => new Date(day.begins + (performance.now() - day.since))
  const tasks = rhythms.map(({ task }) => task)
  const embedded = openEmbedded(configured, { tasks, now })
  const drivers =
    options.engine === undefined
      ? embedded.drivers
      : connectingTo(embedded, configured, {
          engine: options.engine,
          scratch: await createScratch(scratchIn(configured)),
        })
  const database = new DatabaseSync(path, { timeout: 5000 })
  // A lived day need not outlast a power cut.
  database.exec('PRAGMA synchronous = OFF')
  const reports: Report[] = []
  const truth: Life['truth'][number][] = []

  async function run(task: Task): Promise<Report> {
    const request = { hub: configured.hub, input: {}, scheduledFor: null, at: null, dryRun: false }
    const outcome = await runTask(task, { ...request, progress: { step: () => {} } }, drivers)
    if (outcome.kind !== 'ran') throw new Error(`${task.name}: ${outcome.kind}`)
    reports.push(outcome.report)
    return outcome.report
  }

  async function dispose(): Promise<void> {
    database.close()
    await embedded.close()
    await server?.stop()
    rmSync(directory, { recursive: true, force: true })
  }

  async function live(i: number): Promise<void> {
    day = { begins: dayOf(i), since: performance.now() }
    addArticles(database, now(), rowsPerDay)
    truth.push({ at: now(), rows: rowsIn(database), bytes: statSync(path).size })
    const due = rhythms.filter(({ everyDays }) => i % everyDays === 0)
    if (due.length > 0 && slowOn !== undefined) await server?.misbehave({ slow: slowOn(i) })
    for (const { task } of due) await run(task)
  }

  try {
    for (let i = 0; i < options.days; i++) await live(i)
  } catch (error) {
    await dispose()
    throw error
  }

  return {
    directory,
    end: new Date(end),
    reports,
    truth,
    execute: (sql) => database.exec(sql),
    run(task, later = 0) {
      day = { begins: Math.max(now().getTime(), end) + days(later), since: performance.now() }
      return run(task)
    },
    dispose,
  }
}

const configOf = ({ hub }: LifeOptions, url: string | undefined): ConfigInput => ({
  hubs: {
    hub: {
      // Another engine would say the same of every one of them, and takes as long again.
      database: {
        path: 'knowledge/hub.db',
        authority: url === undefined ? 'offline' : 'server',
        crossCheckMaxBytes: 0,
        statements: [livedStatement],
      },
      ...(url === undefined ? {} : { api: { baseUrl: url, samples: 3, endpoints: [{ path: livedPath }] } }),
      audit: askingNobody.audit,
      ...hub,
    },
  },
})

function addArticles(database: DatabaseSync, at: Date, count: number): void {
  const add = database.prepare(
    "INSERT INTO articles (title, topic, author, body, created_at) SELECT ?, 'lens', min(id), ?, ? FROM authors",
  )
  database.exec('BEGIN')
  for (let i = 0; i < count; i++) {
    const time = new Date(at.getTime() - i * 60_000).toISOString().slice(0, 19).replace('T', ' ')
    add.run(`Of ${time}`, `What was seen at ${time}. `.repeat(30), time)
  }
  database.exec('COMMIT')
}

const rowsIn = (database: DatabaseSync): number =>
  Number(Object.values(database.prepare('SELECT count(*) FROM articles').get() ?? {})[0])
