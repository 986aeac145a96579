import { lstatSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  type Backup,
  type BackupReader,
  formatBytes,
  HubkeeperError,
  messageOf,
  problemOfKey,
  type RestoredCopy,
  type RestoredFile,
} from '@hubkeeper/core'
import { makeDirectoryOfOwner, writeNewFile } from '@hubkeeper/local'
import { chooseBackup } from '../../functions/restore-backup/choose.ts'
import { verify, verifyFiles } from '../../functions/restore-backup/verify.ts'

/** What goes where. */
export interface ElsewhereOptions {
  readonly backup: string
  readonly undo: boolean
  readonly unproven: boolean
  readonly files: 'none' | 'with' | 'only'
  /** A new file; with files of the hub, a directory that is new or empty. */
  readonly to: string
  step(text: string): void
}

/** What was written. */
export interface WrittenElsewhere {
  readonly backup: string
  readonly path: string
  readonly bytes: number
  /** Of the database; null where it was not asked for. */
  readonly sha256: string | null
  readonly files: readonly string[]
  readonly remarks: readonly string[]
}

/**
 * Verifies a backup as for a restore, and writes it to a new place: nothing is written over, or through a link.
 * The hub is not touched.
 *
 * @throws HubkeeperError
 */
export async function restoreElsewhere(
  backups: BackupReader,
  { backup: selector, files, step, to, undo, unproven }: ElsewhereOptions,
): Promise<WrittenElsewhere> {
  const { backup, remarks } = await chooseBackup(backups, { backup: selector, undo }, new Date())
  const path = resolve(to)
  if (files !== 'none') refuseOccupied(path)
  const context = { backups, progress: { step } }
  const copies = files === 'none' ? [] : await filesOf(context, backup)
  const copy = files === 'only' ? null : await backups.restoreToScratch(backup)
  const sound = copy === null ? null : await verify(context, backup, copy, unproven)
  step(`Writing to ${path}`)
  if (files === 'none') {
    if (copy !== null) await write(copy, path, 0o644)
  } else {
    makeDirectoryOfOwner(path)
    if (copy !== null) await write(copy, join(path, backup.manifest.database), 0o644)
    for (const file of copies) await write(file, join(path, file.key), (file.mode ?? 0o644) & 0o777)
  }
  return {
    backup: backup.manifest.id,
    path,
    bytes: (copy?.bytes ?? 0) + copies.reduce((sum, { bytes }) => sum + bytes, 0),
    sha256: copy?.sha256 ?? null,
    files: copies.map(({ key }) => key),
    remarks: [...remarks, ...(sound?.remarks ?? [])],
  }
}

/** @throws HubkeeperError */
async function filesOf(
  context: Parameters<typeof verifyFiles>[0],
  backup: Backup,
): Promise<readonly RestoredFile[]> {
  const { files, id } = backup.manifest
  if (files.length === 0) {
    throw new HubkeeperError('backup-missing', `no files were kept with backup ${id}`, {
      hint: 'nothing was written; leave out --with-files and --files-only',
    })
  }
  const odd = files.find(({ key }) => problemOfKey(key) !== null)
  if (odd === undefined) return verifyFiles(context, backup)
  throw new HubkeeperError(
    'backup-unsound',
    `the manifest of backup ${id} names ${JSON.stringify(odd.key)}`,
    {
      hint: 'no backup has such a file: somebody wrote the manifest; nothing was written',
    },
  )
}

async function write(
  { path: from, sha256 }: Pick<RestoredCopy, 'path' | 'sha256'>,
  to: string,
  mode: number,
): Promise<void> {
  if ((await writeNewFile(from, to, mode)) === sha256) return
  throw new HubkeeperError('io', `${to} is not what was verified: the copy changed while it was written`, {
    hint: 'delete it, check the disk, then run this again',
  })
}

/** @throws HubkeeperError unless there is nothing at the path, or an empty directory */
function refuseOccupied(path: string): void {
  const refuse = (what: string, cause?: unknown) =>
    new HubkeeperError('io', `cannot write to ${path}: ${what}`, {
      hint: 'name a directory that is not there yet, or an empty one; nothing was written',
      cause,
    })
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return
  if (!stats.isDirectory()) throw refuse('it is no directory')
  try {
    if (readdirSync(path).length > 0) throw refuse('it is not empty')
  } catch (error) {
    throw error instanceof HubkeeperError ? error : refuse(messageOf(error), error)
  }
}

/** For people. */
export const writtenText = ({ backup, bytes, files, path, remarks }: WrittenElsewhere): string =>
  [
    `restored ${backup} (${formatBytes(bytes)}${files.length === 0 ? '' : `, ${files.length} files with it`}, verified) to ${path}`,
    ...remarks,
  ].join('\n')
