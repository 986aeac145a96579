import { constants } from 'node:fs'
import { chmod, copyFile, mkdir, rm, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  formatBytes,
  HubkeeperError,
  ioError,
  mebibytes,
  type RestoredData,
  type RestoredHub,
} from '@hubkeeper/core'
import { pathOf } from '../keys.ts'

/** Free space that is left alone, bytes: other programs write to the disk as well. */
const reserve = mebibytes(16)

/** Copies restored data into a directory as the hub's own would hold it. @throws HubkeeperError */
export async function layOut(directory: string, { database, files }: RestoredData): Promise<RestoredHub> {
  const target = pathOf(directory, database.key)
  await requireSpace(directory, [database.path, ...files.map(({ path }) => path)])
  await place(database.path, target, 0o600)
  for (const { key, mode, path } of files.filter(({ key }) => key !== database.key))
    await place(path, pathOf(directory, key), (mode ?? 0o600) | 0o600)
  return { directory, database: target }
}

/** A copy that the hub may write to; nothing is written over another. */
async function place(from: string, to: string, mode: number): Promise<void> {
  try {
    await mkdir(dirname(to), { recursive: true, mode: 0o700 })
    // Where the disk can, both share their blocks until one is written to.
    await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL)
    await chmod(to, mode & 0o777)
  } catch (error) {
    throw ioError(error, to, 'cannot write')
  }
}

async function requireSpace(directory: string, paths: readonly string[]): Promise<void> {
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size))
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  const { bavail, bsize } = await statfs(directory)
  if (bavail * bsize >= bytes + reserve) return
  throw new HubkeeperError(
    'no-space',
    `a restored hub needs ${formatBytes(bytes)} in ${directory}, where ${formatBytes(bavail * bsize)} are free`,
    { hint: 'free space there, or name another disk as scratch.directory in hubkeeper.json' },
  )
}

/** Removes a restored hub. */
export const discard = ({ directory }: Pick<RestoredHub, 'directory'>): Promise<void> =>
  rm(directory, { recursive: true, force: true, maxRetries: 3 })
