import { closeSync, constants, existsSync, lstatSync, openSync, renameSync, rmSync } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import {
  codeOf,
  type Deletion,
  type Fence,
  HubkeeperError,
  ioError,
  isCompressed,
  type LogFile,
  type LogRotator,
  ObjectMissingError,
  type ProtectedPlaces,
  protectionOf,
  type Rotated,
} from '@hubkeeper/core'
import { syncDirectory } from './durable-file.ts'
import { pathOf } from './keys.ts'
import { logFiles } from './log-files.ts'
import { openKeys } from './open-files.ts'
import { ownReasonFor } from './own-folders.ts'
import { compressBeside } from './rotation/compress.ts'
import { copyAndTruncate, noText } from './rotation/copy-truncate.ts'
import { isThere } from './rotation/temporary.ts'
import { isText, textStart } from './rotation/text.ts'
import { tidyRotations } from './rotation/tidy.ts'

/** See {@link logRotator}. */
export interface LogRotatorOptions {
  readonly root: string
  readonly hub: ProtectedPlaces
  /** Directories that are Hubkeeper's own, wherever they lie: backups and scratch. */
  readonly own: readonly string[]
  /** Must pass right before each change. @throws HubkeeperError */
  readonly fence: Fence
}

/** The hub's logs as files that may be rotated and deleted. No link is followed to do so. */
export function logRotator({ fence, hub, own, root }: LogRotatorOptions): LogRotator {
  const patterns = hub.logs?.files ?? []
  const source = logFiles({ root, patterns })
  // Being a log protects from others, not from this.
  const places: ProtectedPlaces = { ...hub, logs: undefined }

  const ownReason = ownReasonFor(root, own)
  const protectedAs = (key: string): string | null => ownReason(key) ?? protectionOf(key, places)

  /** Passes for a plain file that may be changed. @throws HubkeeperError */
  async function pathOfPlain(key: string): Promise<string> {
    const path = pathOf(root, key)
    const reason = protectedAs(key)
    if (reason !== null) throw left(key, reason)
    const folder = join(await realpath(root), posix.dirname(key))
    if ((await realpath(dirname(path))) !== folder || !lstatSync(path).isFile()) throw left(key, 'a link')
    return path
  }

  /** As {@link pathOfPlain}, for what must be as it was listed. */
  async function pathOfUnchanged(file: LogFile): Promise<string> {
    const path = await pathOfPlain(file.key)
    const { mtime, size } = lstatSync(path)
    if (size !== file.bytes || mtime.getTime() !== file.modifiedAt.getTime()) {
      throw left(file.key, 'it changed meanwhile')
    }
    return path
  }

  return {
    ...source,
    elsewhere: null,
    expiredOnly: null,

    async files() {
      const files = await source.files()
      return files.filter(
        ({ key }) =>
          protectedAs(key) === null &&
          // A name that no key may have is listed: what is to be done with it fails, and says why.
          lstatSync(join(root, key), { throwIfNoEntry: false })?.isFile() === true,
      )
    },

    async tidy() {
      await fence()
      return tidyRotations(root, patterns)
    },

    async open() {
      const keys = await openKeys(root)
      if (keys === null) return null
      const seesAll = process.getuid?.() === 0
      return { keys, unseen: seesAll ? null : 'what processes of other users have open is not seen' }
    },

    rotate: (file, target, method) =>
      changing(file.key, 'cannot rotate', async () => {
        await fence()
        const path = await pathOfPlain(file.key)
        if (lstatSync(path).size < file.bytes) throw left(file.key, 'it became smaller meanwhile')
        const to = pathOf(root, target)
        return method === 'rename' ? renameLog(path, to) : copyAndTruncate(path, to, fence)
      }),

    compress: (file) =>
      changing(file.key, 'cannot compress', async () => {
        await fence()
        const { bytes, made } = await compressBeside(await pathOfUnchanged(file), file)
        // Whoever took over may have deleted the log by now: what was made is left to him.
        await fence()
        try {
          rmSync(await pathOfUnchanged(file))
        } catch (error) {
          // Of two that differ, the log itself is the one to keep.
          const path = pathOf(root, file.key)
          if (made && existsSync(path)) rmSync(`${path}.gz`, { force: true })
          throw error
        }
        return bytes
      }),

    async delete(file): Promise<Deletion> {
      await fence()
      try {
        await changing(file.key, 'cannot delete', async () => {
          const path = await pathOfUnchanged(file)
          if (!(await looksLikeLog(path, file))) throw noText(file.key)
          // It took a moment to look, in which another file may have got the name.
          rmSync(await pathOfUnchanged(file))
        })
        return { state: 'deleted' }
      } catch (error) {
        if (!(error instanceof HubkeeperError)) throw error
        const kept = error.code === 'precondition-failed' || error.code === 'object-missing'
        return { state: kept ? 'kept' : 'failed', reason: error.message }
      }
    },
  }
}

const left = (key: string, reason: string): HubkeeperError =>
  new HubkeeperError('precondition-failed', `${key} is left: ${reason}`, { hint: 'run the task again' })

/** Does `work` on a log; what fails names it. */
async function changing<T>(key: string, doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new ObjectMissingError(key, error)
    // What is no fault of the system is none of this log either.
    throw codeOf(error) === null ? error : ioError(error, key, doing)
  }
}

/** Whether a rotated log may be one by what it holds; what is compressed or empty is believed. */
async function looksLikeLog(path: string, { bytes, key }: LogFile): Promise<boolean> {
  if (bytes === 0 || isCompressed(key)) return true
  await using handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  const start = await textStart(handle)
  return start === bytes || isText(handle, start)
}

/** Moves a log to a new name, which is taken first: a rename writes over whatever is there. */
async function renameLog(path: string, target: string): Promise<Rotated> {
  const bytes = lstatSync(path).size
  await refuseNoText(path)
  try {
    closeSync(openSync(target, 'wx', 0o600))
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw isThere(target, error)
    throw error
  }
  try {
    renameSync(path, target)
  } catch (error) {
    rmSync(target)
    throw error
  }
  syncDirectory(dirname(target))
  return { bytes, hole: 0 }
}

async function refuseNoText(path: string): Promise<void> {
  await using handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  if (!(await isText(handle, await textStart(handle)))) throw noText(path)
}
