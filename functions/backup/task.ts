import {
  type Backup,
  type Context,
  certifiedFinding,
  daily,
  databaseFindings,
  defineTask,
  figure,
  finding,
  gibibytes,
  minutes,
  refuseCircumstances,
  type Snapshot,
  type TaskResult,
  unreadable,
  usedFindings,
  vanishedFindings,
} from '@hubkeeper/core'
import * as z from 'zod'

const access = { database: 'read', backups: 'write' } as const

type BackupContext = Context<typeof access>

/** Copies the database, reads the copy back and certifies what is true of it. */
export const backup = defineTask({
  name: 'backup',
  title: 'Daily backup',
  summary: 'A consistent copy of the database, read back, checked and certified',
  schedule: daily('04:30'),
  access,
  limits: { memory: 1769, timeout: minutes(15), scratch: gibibytes(10) },
  writes: true,
  input: z.strictObject({
    force: z.boolean().default(false).describe('make one even when nothing changed'),
  }),
  async run(context, { force }) {
    const { backups, database, progress } = context
    progress.step(database.authority === 'server' ? 'Taking a snapshot' : 'Reading the database')
    const snapshot = await database.snapshot()
    if (snapshot.state !== 'done') {
      refuseCircumstances(snapshot)
      return { findings: [unreadable(snapshot, database.key)] }
    }
    const newest = (await backups.newestProven())?.backup ?? null
    if (newest !== null && !force && (await isUnchanged(context, snapshot.value, newest))) {
      const confirmed = await confirm(context, newest, snapshot.value.takenAt)
      if (confirmed !== null) return confirmed
    }
    return storeAndProve(context, snapshot.value, newest)
  },
})

/** Whether the newest proven backup holds what the database holds, row by row. */
async function isUnchanged(
  { progress }: BackupContext,
  snapshot: Snapshot,
  newest: Backup,
): Promise<boolean> {
  progress.step('Comparing with the newest proven backup')
  if (snapshot.sha256 === newest.manifest.sha256) return true
  const { digest } = await snapshot.examine(['digest'])
  return digest.state === 'done' && digest.value.value === newest.certificate?.digest
}

/** Reads the newest proven backup back instead of making an equal one; null when it is damaged. */
async function confirm(context: BackupContext, newest: Backup, heldAt: Date): Promise<TaskResult | null> {
  const { backups, dryRun, progress } = context
  progress.step('Nothing changed: reading the newest proven backup back')
  const copy = await backups.restoreToScratch(newest)
  await copy.dispose()
  if (!copy.intact) return null
  if (!dryRun) await backups.confirm(newest, heldAt)
  return {
    findings: [
      finding('backup.certified', 'skipped', {
        subject: newest.manifest.id,
        actual: `nothing changed since ${newest.manifest.takenAt}, and that backup still reads back bit for bit`,
      }),
    ],
  }
}

async function storeAndProve(
  context: BackupContext,
  snapshot: Snapshot,
  newest: Backup | null,
): Promise<TaskResult> {
  const { backups, database, dryRun, hub, progress, scheduledFor } = context
  if (dryRun) {
    const actual = 'dry run: a backup would be made'
    return { findings: [finding('backup.certified', 'skipped', { actual })] }
  }
  progress.step('Storing the copy')
  const stored = await backups.create(snapshot, scheduledFor === null ? 'request' : 'daily')
  progress.step('Reading it back and proving it')
  const { certificate, examination, durationSeconds } = await backups.prove(stored)
  const { bytes, key } = stored.manifest
  const baseline = newest?.certificate?.foreignKeyViolations ?? null
  const signs = await database.signsOfUse()
  return {
    findings: [
      certifiedFinding(certificate),
      ...(examination === null ? [] : databaseFindings(examination, database.key, baseline)),
      ...usedFindings(signs, database.key),
      ...vanishedFindings(newest?.certificate?.tables ?? null, certificate.tables, hub.thresholds),
    ],
    figures: [
      figure('backup.size', bytes, 'bytes', database.key),
      figure('backup.proof-duration', durationSeconds, 'seconds', database.key),
    ],
    artifacts: [{ kind: 'backup', key, bytes }],
  }
}
