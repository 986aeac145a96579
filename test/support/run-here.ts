import { type Freeze, type Report, runTask, type Task } from '@hubkeeper/core'
import { withEmbedded } from '../../cli/src/with-embedded.ts'
import { configuredIn } from './configured.ts'
import { type FindFinding, findingIn } from './findings.ts'

/** A report, with a way to its findings. */
export interface HereResult {
  readonly report: Report
  readonly finding: FindFinding
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
export async function runHere(
  directory: string,
  task: Task,
  input: Readonly<Record<string, unknown>> = {},
): Promise<HereResult> {
  const configured = await configuredIn(directory)
  return withEmbedded(configured, async ({ drivers }) => {
    const request = { hub: configured.hub, input, scheduledFor: null, at: null, dryRun: false }
    const outcome = await runTask(task, { ...request, progress: { step: () => {} } }, drivers)
    if (outcome.kind !== 'ran') throw new Error(`${task.name}: ${outcome.kind}`)
    const { report } = outcome
    return { report, finding: findingIn(report.findings) }
  })
}

/** Looks what is on record; touches nothing. */
export const onRecord = async (directory: string): Promise<OnRecord> =>
  withEmbedded(await configuredIn(directory), async ({ connect, ledger }) => {
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
