import { join } from 'node:path'
import { type Finding, type Freeze, type Report, runTask, type Task } from '@hubkeeper/core'
import { chooseHub, loadConfig } from '../../cli/src/config.ts'
import { type Embedded, openEmbedded } from '../../cli/src/embedded.ts'
import { tasks } from '../../functions/tasks.ts'

/** A report, with a way to its findings. */
export interface HereResult {
  readonly report: Report
  /** The finding of a check, and of a subject where one is named. @throws Error when there is none */
  finding(check: string, subject?: string): Finding
}

/** What is on record of a hub's backups. */
export interface OnRecord {
  /** Ids, oldest first. */
  readonly all: readonly string[]
  readonly quarantined: readonly string[]
  /** Id of the newest proven one. */
  readonly newestProven: string | null
  readonly hold: Freeze | null
}

/** Runs a task as the command does, on the hub's own drivers, without a process of its own. */
export const runHere = (
  directory: string,
  task: Task,
  input: Readonly<Record<string, unknown>> = {},
): Promise<HereResult> =>
  withHub(directory, async ({ drivers }, hub) => {
    const request = { hub, input, scheduledFor: null, at: null, dryRun: false }
    const outcome = await runTask(task, { ...request, progress: { step: () => {} } }, drivers)
    if (outcome.kind !== 'ran') throw new Error(`${task.name}: ${outcome.kind}`)
    const { report } = outcome
    return {
      report,
      finding(check, subject) {
        const found = report.findings.find(
          (candidate) =>
            candidate.check === check && (subject === undefined || candidate.subject === subject),
        )
        if (found === undefined) {
          throw new Error(`no ${check} ${subject ?? ''} among ${JSON.stringify(report.findings, null, 1)}`)
        }
        return found
      },
    }
  })

/** Looks what is on record; touches nothing. */
export const onRecord = (directory: string): Promise<OnRecord> =>
  withHub(directory, async ({ connect, ledger }) => {
    const { backups } = await connect({ backups: 'read' })
    const list = (await backups.list()).backups
    const ids = (some: typeof list): string[] => some.map(({ manifest }) => manifest.id)
    return {
      all: ids(list),
      quarantined: ids(list.filter(({ quarantine }) => quarantine !== null)),
      newestProven: (await backups.newestProven(list))?.backup.manifest.id ?? null,
      hold: await ledger.hold(),
    }
  })

async function withHub<T>(
  directory: string,
  use: (embedded: Embedded, hub: Parameters<typeof runTask>[1]['hub']) => Promise<T>,
): Promise<T> {
  const configured = chooseHub(await loadConfig(join(directory, 'hubkeeper.json')), undefined)
  const embedded = openEmbedded(configured, { tasks })
  try {
    return await use(embedded, configured.hub)
  } finally {
    await embedded.close()
  }
}
