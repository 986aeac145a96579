import {
  defineTask,
  type Finding,
  finding,
  gibibytes,
  HubkeeperError,
  type LeftStopped,
  leftStoppedFinding,
  minutes,
  onDemand,
  type RestoreScope,
  type TaskResult,
  whileStopped,
} from '@hubkeeper/core'
import { chooseBackup } from './choose.ts'
import { access, type Chosen, inputSchema, type RestoreContext, type RestoreInput } from './context.ts'
import { lookAtFiles } from './files.ts'
import { describeAge, previewDatabase, previewFiles } from './preview.ts'
import { lookAt } from './replace.ts'
import { restore, type Verified, type WatchedResult } from './restore.ts'
import { verify, verifyFiles } from './verify.ts'
import { watchRestored } from './watch.ts'

/** For how long a stored database is watched, whose servers publish copies of their own, seconds. */
const watchSeconds = 10

/** Puts a proven backup in the place of the database, after a safety copy, and proves that it is there. */
export const restoreBackup = defineTask({
  name: 'restore-backup',
  title: 'Restore a backup',
  summary: 'A verified backup into the place of the database and its files, with a safety copy and an undo',
  schedule: onDemand,
  access,
  limits: { memory: 1769, timeout: minutes(15), scratch: gibibytes(10) },
  writes: true,
  input: inputSchema,
  async run(context, input) {
    const { backups, control, database, dryRun, progress } = context
    const chosen = await chooseBackup(backups, input, context.now())
    const scope = scopeOf(input, chosen)
    refuseFiles(context, chosen, scope)
    progress.step(`Reading back ${chosen.backup.manifest.id}`)
    const verified = await verifyAll(context, chosen, scope, input)
    const stops = control.configured && database.authority === 'server'
    if (dryRun) return plan(context, verified, stops)
    if (!stops) {
      const watched = scope !== 'files' && database.authority !== 'offline'
      return watchedResult(context, await restore(context, database, verified, watched), input)
    }
    const left = await control.leftStopped()
    progress.step('Stopping the server')
    const { result, watching } = await whileStopped(control, () =>
      restore(context, database.atRest(), verified, false),
    )
    const { findings, ...rest } = await watchedResult(context, { result, watching }, input)
    return { findings: [...findings, ...leftFindings(left)], ...rest }
  },
})

/** What is put back: as asked for, else, of an undo, what that restore replaced. */
function scopeOf({ files, undo }: RestoreInput, { backup, scope }: Chosen): RestoreScope {
  if (files !== 'none') return files === 'only' ? 'files' : 'both'
  if (!undo) return 'database'
  const kept = backup.manifest.files.length > 0
  if (scope === 'both' && !kept) return 'database'
  return scope ?? (kept ? 'both' : 'database')
}

/** @throws HubkeeperError where files are asked for that there are not, or that lie elsewhere */
function refuseFiles({ files }: RestoreContext, { backup }: Chosen, scope: RestoreScope): void {
  if (scope === 'database') return
  const { id } = backup.manifest
  if (backup.manifest.files.length === 0) {
    throw new HubkeeperError('backup-missing', `no files were kept with backup ${id}`, {
      hint: 'nothing was touched; restore the database alone: leave out --with-files and --files-only',
    })
  }
  if (files.elsewhere === null) return
  throw new HubkeeperError(
    'not-available',
    `the files of backup ${id} are not put back: ${files.elsewhere}`,
    {
      hint: 'nothing was touched; restore the database alone from here',
    },
  )
}

async function verifyAll(
  context: RestoreContext,
  chosen: Chosen,
  scope: RestoreScope,
  { undo, unproven }: RestoreInput,
): Promise<Verified> {
  const { backups } = context
  const files = scope === 'database' ? [] : await verifyFiles(context, chosen.backup)
  if (scope === 'files') return { chosen, scope, undo, files, database: null }
  const copy = await backups.restoreToScratch(chosen.backup)
  const { digest, remarks } = await verify(context, chosen.backup, copy, unproven)
  return { chosen, scope, undo, files, database: { copy, digest, remarks } }
}

/** What the restore would do. */
async function plan(
  context: RestoreContext,
  { chosen, database: backup, scope }: Verified,
  stops: boolean,
): Promise<TaskResult> {
  const { backups, database, now, progress } = context
  const { files, id, takenAt } = chosen.backup.manifest
  const beside = files.length === 0 ? null : await lookAtFiles(context, chosen)
  const ofFiles = previewFiles(chosen, beside, scope !== 'database')
  if (backup === null) return ofFiles
  progress.step('Looking at the database as it is now')
  const { content } = await lookAt(database)
  progress.step('Comparing it with the backup, row by row')
  const ofDatabase = await previewDatabase(backups, content, backup)
  const age = describeAge(takenAt, now())
  const planned = finding('content.preserved', 'skipped', {
    subject: database.key,
    actual: `dry run: ${id} of ${takenAt}, ${age}, would be restored${stops ? ', its server stopped' : ''}`,
    evidence: [...chosen.remarks, ...backup.remarks, ...ofDatabase.remarks],
  })
  return {
    findings: [planned, ...ofFiles.findings],
    figures: [...ofDatabase.figures, ...ofFiles.figures],
  }
}

/** The result of a restore, once it was watched for a while. */
async function watchedResult(
  context: RestoreContext,
  { result, watching }: WatchedResult,
  input: Pick<RestoreInput, 'watch'>,
): Promise<TaskResult> {
  if (watching === null) return result
  // A live database has the old content nowhere but in what its server remembers.
  const watch = input.watch ?? (watching.database.authority === 'store' ? watchSeconds : 0)
  const held = await watchRestored(context, watching.restoration, watching, watch)
  return { ...result, findings: [...result.findings, held] }
}

const leftFindings = (left: LeftStopped | null): Finding[] =>
  left === null ? [] : [leftStoppedFinding(left, 'warning', 'it was started again')]
