import { constants } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import { sep } from 'node:path'
import { codeOf, HubkeeperError, ioError, KeyRefusedError } from '@hubkeeper/core'
import { pathOf } from '../keys.ts'

/** Files below one directory, of which at most so much is read, and none that a link leads out of it for. */
export interface BoundedFiles {
  readonly root: string
  /** Null when there is none. @throws HubkeeperError also for what lies outside, or is no plain file */
  read(key: string, maxBytes: number): Promise<Uint8Array | null>
  /** When it was last written; null when there is none. @throws HubkeeperError */
  modifiedAt(key: string): Promise<Date | null>
}

/**
 * Where a key really lies; null where nothing does.
 *
 * @throws KeyRefusedError when a link leads out of the directory
 */
export async function pathInside(root: string, key: string): Promise<string | null> {
  const path = pathOf(root, key)
  try {
    const [base, real] = [await realpath(root), await realpath(path)]
    if (real === base || real.startsWith(base.endsWith(sep) ? base : base + sep)) return real
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null
    throw ioError(error, path, 'cannot look at')
  }
  throw new KeyRefusedError(key, 'a link leads out of the hub’s directory')
}

/** See {@link BoundedFiles}. */
export function boundedFiles(root: string): BoundedFiles {
  /** Runs with a plain file; null when there is none. A pipe is not waited for. */
  async function withFile<T>(
    key: string,
    use: (file: Awaited<ReturnType<typeof open>>) => Promise<T>,
  ): Promise<T | null> {
    const path = await pathInside(root, key)
    if (path === null) return null
    try {
      await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
      if ((await file.stat()).isFile()) return await use(file)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null
      throw ioError(error, path, 'cannot read')
    }
    throw new HubkeeperError('not-available', `${key} is no plain file`, {
      hint: 'name a file of the hub',
    })
  }

  return {
    root,
    read: (key, maxBytes) =>
      withFile(key, async (file) => {
        const { size } = await file.stat()
        const buffer = Buffer.alloc(Math.min(size, maxBytes))
        const { bytesRead } = await file.read(buffer, 0, buffer.length, 0)
        return buffer.subarray(0, bytesRead)
      }),
    modifiedAt: (key) => withFile(key, async (file) => (await file.stat()).mtime),
  }
}
