import {
  type Backup,
  type ContentDigest,
  type Context,
  defineTask,
  type Figure,
  type Finding,
  figure,
  finding,
  formatBytes,
  gibibytes,
  HubkeeperError,
  isProof,
  minutes,
  onDemand,
  type RestoredCopy,
  reasonOf,
  refuseCircumstances,
  type Snapshot,
  unreadable,
} from '@hubkeeper/core'
import * as z from 'zod'
import { chooseBackup } from './choose.ts'
import { makeSafetyCopy } from './safety-copy.ts'

const access = { database: 'restore', backups: 'write' } as const

/** What a restore works with. */
export type RestoreContext = Context<typeof access>

const inputSchema = z.strictObject({
  backup: z
    .string()
    .min(1)
    .default('latest')
    .describe('an id, latest, or a moment: the newest proven backup at or before it'),
  undo: z.boolean().default(false).describe('put back what the last restore replaced'),
})

/** Puts a proven backup in the place of the database, after a safety copy, and proves that it is there. */
export const restoreBackup = defineTask({
  name: 'restore-backup',
  title: 'Restore a backup',
  summary: 'A verified backup into the place of the database, with a safety copy and an undo',
  schedule: onDemand,
  access,
  limits: { memory: 1769, timeout: minutes(15), scratch: gibibytes(10) },
  writes: true,
  input: inputSchema,
  async run(context, input) {
    const { backups, database, dryRun, progress } = context
    const chosen = await chooseBackup(backups, input)
    progress.step(`Reading back ${chosen.manifest.id}`)
    const copy = await backups.restoreToScratch(chosen)
    const digest = await verify(context, chosen, copy)
    progress.step('Looking at the database as it is now')
    const expected = { etag: await database.etag() }
    const current = await database.snapshot()
    if (current.state !== 'done') refuseCircumstances(current)
    const comparison = await compare(current.state === 'done' ? current.value : null, digest)
    if (dryRun) {
      const actual = `dry run: ${chosen.manifest.id} of ${chosen.manifest.takenAt} would be restored`
      return {
        findings: [finding('content.preserved', 'skipped', { subject: database.key, actual })],
        figures: comparison,
      }
    }
    progress.step('Making a safety copy')
    const safety = await makeSafetyCopy(context, current)
    progress.step('Replacing the database')
    const replaced = await database.replace(copy.path, expected)
    if (replaced.state !== 'done') {
      refuseCircumstances(replaced)
      return { findings: [unreadable(replaced, database.key)], figures: comparison }
    }
    progress.step('Comparing what is there now with the backup')
    return {
      findings: [await proveRestored(context, chosen, digest, safety)],
      figures: comparison,
      artifacts:
        safety === null
          ? []
          : [{ kind: 'safety copy', key: safety.manifest.key, bytes: safety.manifest.bytes }],
    }
  },
})

/** Checks the copy that was read back as a proof does. @throws HubkeeperError `backup-unsound` */
async function verify(
  { backups, progress }: RestoreContext,
  { manifest, certificate }: Backup,
  copy: RestoredCopy,
): Promise<ContentDigest> {
  const refuse = (reason: string): never => {
    throw new HubkeeperError('backup-unsound', `backup ${manifest.id} is not restored: ${reason}`, {
      hint: 'nothing was touched; choose another one: hubkeeper backups list',
    })
  }
  if (!copy.intact) return refuse('its bytes are not the ones that were written')
  progress.step('Verifying it before anything is touched')
  const { digest, integrity, structure } = await backups.examine(copy)
  if (structure.state !== 'done') return refuse(reasonOf(structure))
  if (integrity.state !== 'done') return refuse(reasonOf(integrity))
  const [problem] = integrity.value
  if (problem !== undefined) return refuse(problem)
  if (digest.state !== 'done') return refuse(reasonOf(digest))
  const certified = certificate?.digest ?? null
  if (certified !== null && certified !== digest.value.value) return refuse('its content is not as certified')
  return digest.value
}

/** Rows per table now and then. */
async function compare(current: Snapshot | null, backup: ContentDigest): Promise<Figure[]> {
  const now = current === null ? null : (await current.examine(['digest'])).digest
  const tables = now?.state === 'done' ? now.value.tables : []
  const names = new Set([...tables, ...backup.tables].map(({ name }) => name))
  return [...names].flatMap((name) => {
    const before = tables.find((table) => table.name === name)
    const after = backup.tables.find((table) => table.name === name)
    return [
      ...(before === undefined ? [] : [figure('table.rows-now', before.rows, 'rows', name)]),
      ...(after === undefined ? [] : [figure('table.rows-in-backup', after.rows, 'rows', name)]),
    ]
  })
}

/** Reads the database once more: a restore is done when it holds the backup's content. */
async function proveRestored(
  { database }: RestoreContext,
  { manifest, certificate }: Backup,
  digest: ContentDigest,
  safety: Backup | null,
): Promise<Finding> {
  const subject = database.key
  const restored = await database.snapshot()
  if (restored.state !== 'done') {
    return finding('content.preserved', 'unknown', {
      subject,
      expected: digest.value,
      actual: reasonOf(restored),
    })
  }
  const seen = (await restored.value.examine(['digest'])).digest
  await restored.value.dispose()
  if (seen.state !== 'done') {
    return finding('content.preserved', 'unknown', {
      subject,
      expected: digest.value,
      actual: reasonOf(seen),
    })
  }
  const undo = safety === null ? 'there was no database before' : 'to undo: hubkeeper restore --undo'
  return finding('content.preserved', seen.value.value === digest.value ? 'ok' : 'critical', {
    subject,
    expected: digest.value,
    actual: seen.value.value,
    evidence: [
      `restored ${manifest.id} of ${manifest.takenAt} (${formatBytes(manifest.bytes)}${certificate !== null && isProof(certificate) ? '' : ', unproven'})`,
      undo,
    ],
    ...(seen.value.value === digest.value
      ? {}
      : { advice: `its server may have written since; compare, or ${undo}` }),
  })
}
