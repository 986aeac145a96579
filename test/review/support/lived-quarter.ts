import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type ConfigInput, type Datapoint, days, hours, minutes, runTask, type Task } from '@hubkeeper/core'
import { openEmbedded } from '../../../cli/src/embedded.ts'
import { createSampleHub } from '../../../examples/sample-hub/create.ts'
import { databaseMaintenance } from '../../../functions/database-maintenance/task.ts'
import { tasks } from '../../../functions/tasks.ts'
import { askingNobody } from '../../support/asking-nobody.ts'
import { configuredIn } from '../../support/configured.ts'

/** A hub that served for a quarter, as its runs saw it. */
export interface LivedQuarter {
  readonly directory: string
  /** Bytes of the database at the end of each time, oldest first. */
  readonly sizes: readonly { readonly at: Date; readonly bytes: number }[]
  /** When the API did not answer, minutes. */
  readonly outage: { readonly from: Date; readonly minutes: number }
  dispose(): void
}

/** Times between which the hub grows, days. */
const step = 18
const times = 5
/** Articles that come in each of them. */
const articles = 150

const config = (diskBytes: number): ConfigInput => ({
  hubs: {
    hub: {
      database: { path: 'knowledge/hub.db', authority: 'offline', crossCheckMaxBytes: 0 },
      analysis: { limits: { diskBytes }, availabilityPercent: 99.9 },
      ...askingNobody,
    },
  },
})

/** Lives through a quarter that ended an hour ago: the hub grows, and is kept by real runs with a moving clock. */
export async function liveThroughQuarter(diskBytes: number): Promise<LivedQuarter> {
  const directory = mkdtempSync(join(tmpdir(), 'hubkeeper-quarter-'))
  const { database: path } = createSampleHub({ directory, articles: 200, journalMode: 'delete' })
  writeFileSync(join(directory, 'hubkeeper.json'), JSON.stringify(config(diskBytes)))
  const configured = await configuredIn(directory)
  const end = Date.now() - hours(1)
  const momentOf = (i: number): Date => new Date(end - days(step * (times - 1 - i)))
  let now = momentOf(0)
  const embedded = openEmbedded(configured, { tasks, now: () => now })
  const sizes: { at: Date; bytes: number }[] = []
  const run = async (task: Task, scheduledFor: Date | null): Promise<void> => {
    const request = { hub: configured.hub, input: {}, scheduledFor, at: null, dryRun: false }
    await runTask(task, { ...request, progress: { step: () => {} } }, embedded.drivers)
  }
  for (let i = 0; i < times; i++) {
    now = momentOf(i)
    const database = new DatabaseSync(path)
    addArticles(database, now, articles)
    const bytes = Number(
      Object.values(
        database.prepare('SELECT page_count * page_size FROM pragma_page_count, pragma_page_size').get() ??
          {},
      )[0],
    )
    database.close()
    sizes.push({ at: now, bytes })
    await run(databaseMaintenance, i < 2 ? now : null)
  }
  const outage = { from: new Date(Math.floor((end - days(3)) / minutes(5)) * minutes(5)), minutes: 30 }
  await embedded.metrics.publish(looks(end, outage))
  await embedded.close()
  return { directory, sizes, outage, dispose: () => rmSync(directory, { recursive: true, force: true }) }
}

function addArticles(database: DatabaseSync, at: Date, count: number): void {
  const add = database.prepare(
    "INSERT INTO articles (title, topic, author, body, created_at) SELECT ?, 'lamp', min(id), ?, ? FROM authors",
  )
  database.exec('BEGIN')
  for (let i = 0; i < count; i++) {
    const time = new Date(at.getTime() - i * 1000).toISOString().slice(0, 19).replace('T', ' ')
    add.run(`Of ${time}`, `What was seen at ${time}. `.repeat(20), time)
  }
  database.exec('COMMIT')
}

/** What a probe would have seen every five minutes of the last 35 days. */
function looks(end: number, outage: LivedQuarter['outage']): Datapoint[] {
  const to = outage.from.getTime() + minutes(outage.minutes)
  return Array.from({ length: (35 * 1440) / 5 }, (_, i) => {
    const at = new Date(Math.floor((end - i * minutes(5)) / minutes(5)) * minutes(5))
    const isDown = at >= outage.from && at.getTime() < to
    const { hub, name, subject, unit } = {
      hub: 'hub',
      name: 'api.available',
      subject: null,
      unit: 'count',
    } as const
    return { hub, name, subject, unit, at, value: isDown ? 0 : 1 }
  }).reverse()
}
