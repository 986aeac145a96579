import { chmodSync, existsSync, lstatSync, readdirSync } from 'node:fs'
import { join, posix, resolve } from 'node:path'
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
import type { FilesMeant } from '../../functions/restore-backup/context.ts'
import { verify, verifyFiles } from '../../functions/restore-backup/verify.ts'

/** Mode of what may be secret: only this user reads it. */
const secret = 0o600

/** What goes where. */
export interface ElsewhereOptions {
  readonly backup: string
  readonly undo: boolean
  readonly unproven: boolean
  readonly files: FilesMeant
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
  refuseOddKeys(backup)
  const path = resolve(to)
  if (files === 'none') refuseJournals(path)
  else refuseOccupied(path)
  const context = { backups, progress: { step } }
  const copies = files === 'none' ? [] : await filesOf(context, backup)
  const copy = files === 'only' ? null : await backups.restoreToScratch(backup)
  const sound = copy === null ? null : await verify(context, backup, copy, unproven)
  step(`Writing to ${path}`)
  if (files === 'none') {
    if (copy !== null) await write(copy, path, secret)
  } else {
    if (!existsSync(path)) {
      makeDirectoryOfOwner(path)
      chmodSync(path, 0o700)
    }
    if (copy !== null) await write(copy, join(path, backup.manifest.database), secret)
    for (const file of copies) await write(file, join(path, file.key), (file.mode ?? secret) & 0o777)
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
  return verifyFiles(context, backup)
}

/** What a manifest names becomes paths here. @throws HubkeeperError for what would lead out of the place */
function refuseOddKeys({ manifest: { database, files, id } }: Backup): void {
  const odd = [database, ...files.map(({ key }) => key)].find(
    (key) => problemOfKey(posix.normalize(key)) !== null || key.split('/').includes('..'),
  )
  if (odd === undefined) return
  throw new HubkeeperError('backup-unsound', `the manifest of backup ${id} names ${JSON.stringify(odd)}`, {
    hint: 'no backup has such a file: somebody wrote the manifest; nothing was written',
  })
}

/** SQLite would read a journal that is left there as part of the copy. @throws HubkeeperError */
function refuseJournals(path: string): void {
  const journal = ['-wal', '-journal']
    .map((suffix) => path + suffix)
    .find((name) => lstatSync(name, { throwIfNoEntry: false }) !== undefined)
  if (journal === undefined) return
  throw new HubkeeperError(
    'io',
    `cannot write ${path}: ${journal} is there, the journal of another database`,
    {
      hint: 'choose another name, or move the journal away; nothing was written',
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
