import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { formatBytes, HubkeeperError, ioError, messageOf } from '@hubkeeper/core'

/** Disk for the files of one run; everything on it is gone when the run is. */
export interface Scratch {
  readonly directory: string
  /** A path of its own for a new file. */
  path(name: string): string
  /** @throws HubkeeperError `no-space` unless `bytes` more fit on the disk. */
  requireSpace(bytes: number, what: string): Promise<void>
  /** Removes one file that it gave the path of. */
  remove(path: string): Promise<void>
  /** Removes the whole directory. */
  dispose(): Promise<void>
}

/** Free space that is left alone, bytes: other programs write to the disk as well. */
const reserve = 16 * 1024 ** 2

const nameOf = /^run-(\d+)-/

/** Whether a process of this machine is gone; one of another user is not. */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

/** Removes what runs left that were killed. */
async function sweep(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = nameOf.exec(name)?.[1]
    if (pid !== undefined && isGone(Number(pid)))
      await rm(join(parent, name), { recursive: true, force: true })
  }
}

/**
 * A new, empty directory below `parent` that only this user can read.
 *
 * @throws HubkeeperError `no-space` or `no-access` when it cannot be made
 */
export async function createScratch(parent: string): Promise<Scratch> {
  await sweep(parent)
  const directory = join(parent, `run-${process.pid}-${randomUUID()}`)
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
  } catch (error) {
    const full = error instanceof Error && 'code' in error && error.code === 'ENOSPC'
    throw new HubkeeperError(
      full ? 'no-space' : 'no-access',
      `cannot work in ${parent}: ${messageOf(error)}`,
      {
        hint: 'free it, or name another directory as scratch.directory in hubkeeper.json',
        cause: error,
      },
    )
  }
  return {
    directory,
    path: (name) => join(directory, `${randomUUID().slice(0, 8)}-${name}`),
    async requireSpace(bytes, what) {
      const { bavail, bsize } = await statfs(directory)
      const free = bavail * bsize
      if (free >= bytes + reserve) return
      throw new HubkeeperError(
        'no-space',
        `${what} needs ${formatBytes(bytes)} and ${formatBytes(reserve)} to spare in ${directory}, where ${formatBytes(free)} are free`,
        {
          hint: 'free space there, or name another disk as scratch.directory in hubkeeper.json; on AWS a function has 10 GiB at most, so run this hub’s tasks embedded',
        },
      )
    },
    remove: (path) => rm(path, { force: true }),
    dispose: () => rm(directory, { recursive: true, force: true }),
  }
}

/** Size in bytes and SHA-256 in hex of a file, read as a stream. @throws HubkeeperError that names it */
export async function fingerprint(path: string): Promise<{ bytes: number; sha256: string }> {
  try {
    const hash = createHash('sha256')
    // A small file needs no large buffer.
    const highWaterMark = Math.min(4 * 1024 ** 2, Math.max(4096, (await stat(path)).size))
    for await (const chunk of createReadStream(path, { highWaterMark })) hash.update(chunk)
    return { bytes: (await stat(path)).size, sha256: hash.digest('hex') }
  } catch (error) {
    throw ioError(error, path, 'cannot read')
  }
}

/** What a snapshot of a live database may come to at most, its log included, bytes. */
export async function sizeWithLog(path: string): Promise<number> {
  const sizes = [path, `${path}-wal`].map((file) =>
    stat(file).then(
      ({ size }) => size,
      () => 0,
    ),
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
