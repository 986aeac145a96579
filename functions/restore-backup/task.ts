import {
  type Backup,
  type ContentDigest,
  type DatabaseRestorer,
  defineTask,
  type Figure,
  type Finding,
  figure,
  finding,
  gibibytes,
  type LeftStopped,
  leftStoppedFinding,
  minutes,
  type Outcome,
  onDemand,
  type RestoredCopy,
  refuseCircumstances,
  type Snapshot,
  type TaskResult,
  unreadable,
  whileStopped,
} from '@hubkeeper/core'
import { chooseBackup } from './choose.ts'
import { access, inputSchema, type RestoreContext } from './context.ts'
import { proveRestored } from './prove.ts'
import { lookAt, replace } from './replace.ts'
import { verify } from './verify.ts'

/** A backup that was read back and verified. */
interface Verified {
  readonly chosen: Backup
  readonly copy: RestoredCopy
  readonly digest: ContentDigest
}

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
    const { backups, control, database, dryRun, progress } = context
    const chosen = await chooseBackup(backups, input)
    progress.step(`Reading back ${chosen.manifest.id}`)
    const copy = await backups.restoreToScratch(chosen)
    const verified = { chosen, copy, digest: await verify(context, chosen, copy) }
    const stops = control.configured && database.authority === 'server'
    if (dryRun) return plan(context, verified, stops)
    if (!stops) return restore(context, database, verified)
    const left = await control.leftStopped()
    progress.step('Stopping the server')
    const { findings, ...rest } = await whileStopped(control, () =>
      restore(context, database.atRest(), verified),
    )
    return { findings: [...findings, ...leftFindings(left)], ...rest }
  },
})

/** What the restore would do. */
async function plan(
  { database, progress }: RestoreContext,
  { chosen: { manifest }, digest }: Verified,
  stops: boolean,
): Promise<TaskResult> {
  progress.step('Looking at the database as it is now')
  const { content } = await lookAt(database)
  const actual = `dry run: ${manifest.id} of ${manifest.takenAt} would be restored${stops ? ', its server stopped' : ''}`
  return {
    findings: [finding('content.preserved', 'skipped', { subject: database.key, actual })],
    figures: await compare(content, digest),
  }
}

async function restore(
  context: RestoreContext,
  database: DatabaseRestorer,
  { chosen, copy, digest }: Verified,
): Promise<TaskResult> {
  const { progress } = context
  progress.step('Looking at the database as it is now')
  const current = await lookAt(database)
  const figures = await compare(current.content, digest)
  const replaced = await replace(context, database, current, copy)
  if (replaced.state !== 'done') {
    refuseCircumstances(replaced)
    return { findings: [unreadable(replaced, database.key)], figures }
  }
  progress.step('Comparing what is there now with the backup')
  const { safety, ...way } = replaced.value
  return {
    findings: [await proveRestored(database, { chosen, digest, undoable: safety.length > 0, ...way })],
    figures,
    artifacts: safety.map(({ manifest: { bytes, key } }) => ({ kind: 'safety copy', key, bytes })),
  }
}

const leftFindings = (left: LeftStopped | null): Finding[] =>
  left === null ? [] : [leftStoppedFinding(left, 'warning', 'it was started again')]

/** Rows per table now and then. */
async function compare(current: Outcome<Snapshot>, backup: ContentDigest): Promise<Figure[]> {
  const now = current.state === 'done' ? (await current.value.examine(['digest'])).digest : null
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
