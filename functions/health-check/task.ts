import {
  backupFindings,
  daily,
  defineTask,
  type Finding,
  finding,
  gibibytes,
  type HubConfig,
  type HubFiles,
  type LedgerReader,
  minutes,
} from '@hubkeeper/core'
import * as z from 'zod'
import { checkApi } from './api.ts'
import { checkDatabase } from './database.ts'
import { checkHost } from './host.ts'
import { checkLogs } from './logs.ts'

/** Looks at everything that tells whether the hub is well, and changes nothing. */
export const healthCheck = defineTask({
  name: 'health-check',
  title: 'Daily health check',
  summary: 'API, services, database, search indexes, disk, memory, logs, backups and overdue tasks',
  schedule: daily('09:00'),
  access: {
    api: 'probe',
    database: 'read',
    backups: 'read',
    files: 'read',
    host: 'read',
    ledger: 'read',
    logs: 'read',
  },
  limits: { memory: 1769, timeout: minutes(15), scratch: gibibytes(10) },
  writes: false,
  input: z.strictObject({}),
  async run({ api, at, backups, database, files, host, hub, ledger, logs, progress }) {
    progress.step('Asking the API')
    const answers = await checkApi(hub, api)
    progress.step('Looking at services, disk and memory')
    const machine = await checkHost(hub, host, answers.health)
    progress.step('Checking the database in a snapshot')
    const newest = await backups.newestProven()
    const content = await checkDatabase(hub, database, newest?.backup ?? null)
    progress.step('Reading the logs of the last 24 hours')
    const logged = await checkLogs(hub, logs, at)
    return {
      findings: [
        ...answers.findings,
        ...machine.findings,
        ...content.findings,
        ...(await checkSearchIndex(hub, files)),
        ...logged.findings,
        ...backupFindings(await backups.list(), newest, at, hub.thresholds),
        ...(await checkPunctuality(ledger, at)),
      ],
      figures: [...answers.figures, ...machine.figures, ...content.figures, ...logged.figures],
    }
  },
})

/** The search index that the hub keeps in files beside its database. */
async function checkSearchIndex({ searchIndex }: HubConfig, files: HubFiles): Promise<Finding[]> {
  if (searchIndex === undefined) {
    return [finding('search-index.present', 'skipped', { actual: 'no search index files are configured' })]
  }
  const findings: Finding[] = []
  for (const pattern of searchIndex.files) {
    const matching = await files.match([pattern])
    const empty = matching.filter(({ bytes }) => bytes === 0)
    const present = matching.length > 0 && empty.length === 0
    findings.push(
      finding('search-index.present', present ? 'ok' : 'warning', {
        subject: pattern,
        expected: 'files with content',
        actual: matching.length === 0 ? 'no file matches' : `${matching.length} files`,
        evidence: empty.map(({ key }) => `${key} is empty`),
      }),
    )
  }
  return findings
}

async function checkPunctuality(ledger: LedgerReader, at: Date): Promise<Finding[]> {
  const scheduled = (await ledger.punctuality(at)).filter(({ dueAt }) => dueAt !== null)
  const late = scheduled.filter(({ overdue }) => overdue > 0)
  if (late.length === 0)
    return [finding('tasks.overdue', 'ok', { actual: `${scheduled.length} tasks in time` })]
  return late.map(({ task, overdue, dueAt, lastSuccess }) =>
    finding('tasks.overdue', 'critical', {
      subject: task,
      expected: `run at ${dueAt?.toISOString() ?? '–'}`,
      actual: Math.round(overdue / 1000),
      evidence: [
        lastSuccess === null ? 'it never succeeded' : `it last succeeded at ${lastSuccess.toISOString()}`,
      ],
    }),
  )
}
