import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Cadence, days, dueTasks, hours, minutes, type Report, runTask } from '@hubkeeper/core'
import { expect, it } from 'vitest'
import { chooseHub, loadConfig } from '../../cli/src/config.ts'
import { openEmbedded } from '../../cli/src/embedded.ts'
import { startSampleHub } from '../../examples/sample-hub/start.ts'
import { runMaintenance } from '../../functions/run-maintenance/task.ts'
import { tasks } from '../../functions/tasks.ts'
import { sampleHub } from '../support/hub.ts'

const cadences: readonly Cadence[] = ['daily', 'weekly', 'monthly', 'quarterly']

/** Files of the hub are as old as the machine says, so the week begins now. */
const beginning = new Date(Math.ceil(Date.now() / hours(1)) * hours(1))

it('a week in which all that is due runs at its time, on a hub that serves and writes', async () => {
  const hub = sampleHub({ journalMode: 'wal' })
  const served = await startSampleHub({ database: hub.database, logs: join(hub.directory, 'logs') })
  hub.configure({
    timeZone: 'Europe/Berlin',
    database: { authority: 'server' },
    api: { baseUrl: served.url, endpoints: [{ path: '/health', kind: 'health' }] },
    logs: { files: ['logs/*.log'] },
  })
  const configured = chooseHub(await loadConfig(join(hub.directory, 'hubkeeper.json')), undefined)
  let now = beginning
  const reports: Report[] = []
  const embedded = openEmbedded(configured, {
    tasks,
    now: () => now,
    spectator: {
      progressOf: () => ({ step: () => {}, end: () => {} }),
      ran: (report) => reports.push(report),
      alreadySucceeded: () => {},
    },
  })
  const { drivers, ledger } = embedded
  const writer = new DatabaseSync(hub.database, { timeout: 5000 })
  try {
    await ledger.begin()
    for (let minute = 0; minute < days(7) / minutes(1); minute += 15) {
      now = new Date(beginning.getTime() + minutes(minute))
      writer
        .prepare("INSERT INTO commands VALUES (?, 'written every quarter of an hour')")
        .run(now.toISOString())
      for (const cadence of cadences) {
        const due = await dueTasks(ledger, tasks, cadence, 'Europe/Berlin', now)
        const times = due.flatMap(({ dueFor }) => (dueFor === null ? [] : [dueFor.getTime()]))
        if (times.length === 0) continue
        const scheduledFor = new Date(Math.max(...times))
        const request = {
          hub: configured.hub,
          at: null,
          dryRun: false,
          progress: { step: () => {} },
          scheduledFor,
        }
        const slot = `${cadence}-${scheduledFor.toISOString()}`
        await runTask(runMaintenance, { ...request, slot, input: { cadence, due: true } }, drivers)
      }
      const late = (await ledger.punctuality(now)).filter(({ overdue }) => overdue > 0)
      expect(late).toEqual([])
    }
  } finally {
    writer.close()
    await embedded.close()
    await served.stop()
  }

  const runsOf = (task: string): Report[] => reports.filter((report) => report.task === task)
  for (const { name, schedule } of tasks) {
    const expected = { daily: 7, weekly: 1 }[schedule.cadence === 'daily' ? 'daily' : 'weekly']
    if (schedule.cadence !== 'daily' && schedule.cadence !== 'weekly') continue
    expect(runsOf(name), name).toHaveLength(expected)
  }
  const delays = reports.map(
    ({ scheduledFor, startedAt }) => Date.parse(startedAt) - Date.parse(scheduledFor ?? ''),
  )
  expect(Math.max(...delays)).toBeLessThan(minutes(15))
  expect(reports.filter(({ status }) => status === 'critical' || status === 'failed')).toEqual([])
  expect(hub.value('SELECT count(*) FROM commands')).toBe(3 + days(7) / minutes(15))
}, 300_000)
