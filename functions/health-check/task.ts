import {
  backupFindings,
  checkApi,
  coverageFinding,
  daily,
  defineTask,
  type Finding,
  finding,
  gibibytes,
  type HubConfig,
  type HubFiles,
  minutes,
  punctualityFindings,
  quarantineFindings,
  startLeftStopped,
  stopFindings,
} from '@hubkeeper/core'
import * as z from 'zod'
import { checkDatabase } from './database.ts'
import { checkHost } from './host.ts'
import { checkLogs } from './logs.ts'

/** Looks at everything that tells whether the hub is well; changes nothing, but starts what was left stopped. */
export const healthCheck = defineTask({
  name: 'health-check',
  title: 'Daily health check',
  summary: 'API, services, database, search indexes, disk, memory, logs, backups and overdue tasks',
  schedule: daily('09:00'),
  access: {
    api: 'probe',
    control: 'use',
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
  async run(context) {
    const { api, at, backups, control, database, dryRun, files, host, hub, ledger, logs, progress } = context
    const left = await startLeftStopped(control, dryRun)
    progress.step('Checking the database in a snapshot')
    const snapshot = await database.snapshot()
    // Listed after it: what replaced the database before left its safety copy among them.
    const list = await backups.list()
    const newest = await backups.newestProven(list.backups)
    const proven = newest?.backup ?? null
    const content = await checkDatabase(context, snapshot, { backups: list.backups, proven })
    progress.step('Reading the logs of the last 24 hours')
    const logged = await checkLogs(hub, logs, at)
    // Asked last: a server that was just started has had time to come up.
    progress.step('Asking the API')
    const answers = await checkApi(hub, api)
    progress.step('Looking at services, disk and memory')
    const machine = await checkHost(hub, host, answers.health)
    return {
      findings: [
        ...left,
        ...answers.findings,
        ...machine.findings,
        ...content.findings,
        ...(await checkSearchIndex(hub, files)),
        ...logged.findings,
        ...backupFindings(list, newest, at, hub.thresholds),
        coverageFinding(await backups.coverage(list.backups), at, hub.thresholds),
        ...quarantineFindings(list, newest?.currentAt ?? null, at),
        ...punctualityFindings(await ledger.punctuality(at)),
        ...stopFindings(await ledger.freeze(), await ledger.hold(), at),
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
