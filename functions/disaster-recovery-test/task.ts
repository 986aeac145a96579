import {
  type Backup,
  defineTask,
  type Finding,
  finding,
  gibibytes,
  type HubkeeperError,
  minutes,
  only,
  type Part,
  quarterly,
  type StrayBackup,
  seedOf,
  type TaskResult,
  together,
} from '@hubkeeper/core'
import { choose } from './choose.ts'
import { access, type DrillContext, inputSchema } from './context.ts'
import { drillDetectors } from './detectors.ts'
import { restoreFiles } from './files.ts'
import { growthPart } from './growth.ts'
import { type Restored, restore } from './restore.ts'
import { recoveryPointPart } from './rpo.ts'
import { recoveryTime, type Stages } from './rto.ts'
import { startUp } from './start-up.ts'

/** Recovers the hub beside itself, and measures what that takes and what would be lost. */
export const disasterRecoveryTest = defineTask({
  name: 'disaster-recovery-test',
  title: 'Quarterly disaster-recovery test',
  summary: 'Backups restored and proven, the hub started on one, recovery time and point, growth, detectors',
  schedule: quarterly(2, 'monday', '10:00'),
  access,
  limits: { memory: 1769, timeout: minutes(15), scratch: gibibytes(10) },
  writes: false,
  input: inputSchema,
  async run(context, input): Promise<TaskResult> {
    const { backups, slot } = context
    // Another attempt of the same request draws the same lots.
    const seed = input.seed ?? seedOf(slot)
    const { backups: all, strays } = await backups.list()
    const lost = only(...strays.flatMap(lostBackup))
    const chosen = choose(all, input.older, seed)
    if (chosen === null) return together([nothingProven(), lost, await recoveryPointPart(context, all)])
    const request = { samples: input.samples, seed }
    const first = await recoverNewest(context, chosen.newest, request)
    const second = await restoreOlder(context, chosen.older, chosen.how)
    const { failure, part, stages } = first
    const point = await recoveryPointPart(context, all)
    const growth = growthPart(context, all, chosen.newest, stages)
    return { ...together([part, second, lost, point, growth]), failure }
  },
})

/** One that was whole once and is not any more; of one that retention has begun to delete, the manifest went first. */
const lostBackup = ({ certified, id, lack, reason }: StrayBackup): Finding[] =>
  certified && lack !== 'manifest'
    ? [finding('drill.restore', 'critical', { subject: id, expected: 'as certified', actual: reason })]
    : []

const nothingProven = (): Part =>
  only(
    finding('drill.restore', 'critical', { expected: 'a proven backup', actual: 'there is none' }),
    ...(['drill.files', 'drill.start-up', 'drill.rto', 'drill.detectors'] as const).map((check) =>
      finding(check, 'unknown', { actual: 'there was nothing to restore' }),
    ),
  )

/** What a recovery from the newest backup gave. */
interface Recovery {
  readonly part: Part
  /** Null when the backup did not come back. */
  readonly stages: Stages | null
  /** What kept the detectors from being tried. */
  readonly failure: HubkeeperError | null
}

/** From the stored backup to a hub that answers; then the detectors are tried on what was restored. */
async function recoverNewest(
  context: DrillContext,
  newest: Backup,
  request: { readonly samples: number; readonly seed: number },
): Promise<Recovery> {
  const { now, progress } = context
  const restored = await restore(context, newest, 'the newest proven backup')
  progress.step('Reading the files back that are kept with it')
  const began = now().getTime()
  const { files, findings } = await restoreFiles(context, newest)
  const filesTook = (now().getTime() - began) / 1000
  const { copy, prove, readBack } = restored
  if (copy === null) {
    return {
      part: only(restored.finding, ...findings, ...notTried(restored)),
      stages: null,
      failure: null,
    }
  }
  try {
    const answered = await startUp(context, copy, files)
    const stages: Stages = { readBack, prove, files: filesTook, startUp: answered.seconds }
    const recovered = only(restored.finding, ...findings, ...answered.findings)
    const time = await recoveryTime(context, stages, answered.how)
    const { failure, ...drilled } = await drillDetectors(context, copy, request)
    return { part: together([recovered, time, drilled]), stages, failure }
  } finally {
    await copy.dispose()
  }
}

const notTried = ({ finding: { actual } }: Restored): Finding[] =>
  (['drill.start-up', 'drill.rto', 'drill.detectors'] as const).map((check) =>
    finding(check, 'unknown', { actual: `the newest backup did not come back: ${actual}` }),
  )

/** Backups that nobody has read for long come back as well. */
async function restoreOlder(context: DrillContext, older: Backup | null, how: string): Promise<Part> {
  if (older === null) {
    return only(finding('drill.restore', 'skipped', { actual: 'there is no older proven backup' }))
  }
  const { copy, finding: found } = await restore(context, older, `an older one, ${how}`)
  await copy?.dispose()
  return only(found)
}
