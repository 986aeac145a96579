import {
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Fence, HubkeeperError, type Rotated } from '@hubkeeper/core'
import { keepOwnership, syncDirectory } from '../durable-file.ts'
import { writeAll } from '../transfer.ts'
import { giveName, rotationTemporary } from './temporary.ts'
import { isText, textStart } from './text.ts'

const chunkBytes = 1024 ** 2
/** Rounds of catching up that are synced; after them, speed matters more. */
const syncedRounds = 10
const maxRounds = 1000
/** How long a line that has no end yet is waited for. */
const lineEndMs = 50
const newline = 0x0a

/** How a log is opened that will be cut: never through a link. */
const inPlace = constants.O_RDWR | constants.O_NOFOLLOW

/**
 * Copies a log to `target` and cuts it to nothing, for servers that keep it open and append. Until it is
 * cut, `target` has a second name: who finds it after a crash knows that the log may be whole still.
 * `fence` must pass once more when the copy is made, which may take long.
 *
 * @throws HubkeeperError `precondition-failed` when the log is no text, is written faster than it can be
 *   copied, or `target` is there; system errors. Nothing was cut then.
 */
export async function copyAndTruncate(path: string, target: string, fence: Fence): Promise<Rotated> {
  await using log = await open(path, inPlace)
  const hole = await textStart(log)
  if (!(await isText(log, hole))) throw noText(path)
  const temporary = rotationTemporary(path)
  let named = false
  let cut = false
  try {
    await using copy = await open(temporary, 'wx', 0o600)
    const end = await copyFrom(log, copy, hole)
    keepOwnership(temporary, path)
    await copy.sync()
    await fence()
    giveName(temporary, target)
    named = true
    syncDirectory(dirname(target))
    const { bytes, modifiedAt } = cutWhenCopied(log.fd, copy.fd, end, path)
    cut = true
    futimesSync(copy.fd, modifiedAt, modifiedAt)
    fsyncSync(copy.fd)
    fsyncSync(log.fd)
    return { bytes: bytes - hole, hole }
  } catch (error) {
    if (named && !cut) rmSync(target, { force: true })
    throw error
  } finally {
    rmSync(temporary, { force: true })
    syncDirectory(dirname(target))
  }
}

/** What cannot be a log. */
export const noText = (path: string): HubkeeperError =>
  new HubkeeperError('precondition-failed', `${path} is no text, so it is left`, {
    hint: 'see that logs.files in hubkeeper.json matches logs only',
  })

/** Copies what there is now, from an offset on; gives the offset that it came to. What comes meanwhile waits. */
async function copyFrom(log: FileHandle, copy: FileHandle, start: number): Promise<number> {
  const { size } = await log.stat()
  const buffer = Buffer.allocUnsafe(chunkBytes)
  let position = start
  while (position < size) {
    const { bytesRead } = await log.read(buffer, 0, Math.min(chunkBytes, size - position), position)
    if (bytesRead === 0) break
    await writeAll(copy, buffer.subarray(0, bytesRead))
    position += bytesRead
  }
  return position
}

/**
 * Copies what was appended meanwhile until there is no more, and cuts the log in the same breath: what is
 * appended between the last look and the cut is lost, so nothing is awaited in between. One write shows page
 * by page, so a line that has no end yet is given a moment to get it: else its rest would be what is lost.
 */
function cutWhenCopied(log: number, copy: number, from: number, path: string) {
  const buffer = Buffer.allocUnsafe(chunkBytes)
  let position = from
  let waitsSince: number | null = null
  for (let round = 0; round < maxRounds; ) {
    const { mtime, size } = fstatSync(log)
    // Somebody else cut it: what is copied is kept, and what came since is not touched.
    if (size < position) return { bytes: position, modifiedAt: mtime }
    if (size === position) {
      if (!endsLine(log, position)) {
        waitsSince ??= performance.now()
        if (performance.now() - waitsSince < lineEndMs) continue
      }
      ftruncateSync(log, 0)
      return { bytes: position, modifiedAt: mtime }
    }
    for (let bytesRead = chunkBytes; bytesRead > 0; position += bytesRead) {
      bytesRead = readSync(log, buffer, 0, chunkBytes, position)
      for (let written = 0; written < bytesRead; ) {
        written += writeSync(copy, buffer, written, bytesRead - written)
      }
    }
    if (round < syncedRounds) fdatasyncSync(copy)
    waitsSince = null
    round++
  }
  throw new HubkeeperError('precondition-failed', `${path} is written faster than it can be copied`, {
    hint: 'set logs.rotation.method to rename if its server opens a new log',
  })
}

/** Whether what lies before `position` is whole lines. */
function endsLine(log: number, position: number): boolean {
  const last = Buffer.alloc(1)
  return position === 0 || readSync(log, last, 0, 1, position - 1) === 0 || last[0] === newline
}
