import { constants, lstatSync, readdirSync, rmSync } from 'node:fs'
import { type FileHandle, glob, open } from 'node:fs/promises'
import { basename, dirname, join, posix } from 'node:path'
import { codeOf, messageOf, rotatedNames } from '@hubkeeper/core'
import { startedAfter } from '../host/process-start.ts'
import { keyOf } from '../keys.ts'
import { isGone } from '../sweep.ts'
import { rotationPrefix } from './temporary.ts'
import { textStart } from './text.ts'

const chunkBytes = 1024 ** 2

/**
 * Removes what killed rotations left beside the logs: half-made copies, and whole ones of a log that was
 * not cut any more, for what they hold would be there twice. Gives what it did, in words.
 */
export async function tidyRotations(root: string, patterns: readonly string[]): Promise<string[]> {
  const around = patterns.map((pattern) => posix.join(posix.dirname(pattern), `${rotationPrefix}*`))
  const done: string[] = []
  for await (const name of glob([...new Set(around)], { cwd: root })) {
    try {
      if (isLeft(join(root, name))) done.push(...(await tidyOne(root, join(root, name))))
    } catch (error) {
      if (codeOf(error) === null) throw error
      // It takes space, and maybe counts lines twice: no reason to leave every other log as it is.
      done.push(`${name} cannot be tidied up: ${messageOf(error)}`)
    }
  }
  return done
}

/** Whether nobody writes it any more: its process is gone, or another one has got the id since. */
function isLeft(temporary: string): boolean {
  const pid = /^\d+/.exec(basename(temporary).slice(rotationPrefix.length))?.[0]
  if (pid === undefined) return false
  // Not its mtime, which is that of the log.
  return isGone(Number(pid)) || startedAfter(Number(pid), lstatSync(temporary).ctime)
}

async function tidyOne(root: string, temporary: string): Promise<string[]> {
  const copy = twinOf(temporary)
  const folder = keyOf(root, dirname(temporary))
  if (copy === null) {
    rmSync(temporary, { force: true })
    return [`removed a half-made copy below ${folder === '' ? 'the hub’s directory' : folder}`]
  }
  const log = rotatedNames(keyOf(root, copy))[0]?.log
  const isDouble = log !== undefined && (await beginsWith(join(root, log), copy))
  if (isDouble) rmSync(copy)
  rmSync(temporary, { force: true })
  return isDouble ? [`removed ${keyOf(root, copy)}: the run that copied ${log} ended before it was cut`] : []
}

/** The name that a copy was given besides this one; null when it has none yet. */
function twinOf(temporary: string): string | null {
  const folder = dirname(temporary)
  const { dev, ino, nlink } = lstatSync(temporary)
  if (nlink < 2) return null
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (name.startsWith(rotationPrefix)) continue
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats?.ino === ino && stats.dev === dev) return path
  }
  return null
}

/** Whether a log begins with everything that a copy holds. */
async function beginsWith(log: string, copy: string): Promise<boolean> {
  try {
    await using whole = await open(log, constants.O_RDONLY | constants.O_NOFOLLOW)
    await using part = await open(copy, constants.O_RDONLY | constants.O_NOFOLLOW)
    return await isPrefix(part, whole, await textStart(whole))
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ELOOP') return false
    throw error
  }
}

async function isPrefix(part: FileHandle, whole: FileHandle, start: number): Promise<boolean> {
  const one = Buffer.alloc(chunkBytes)
  const other = Buffer.alloc(chunkBytes)
  for (let position = 0; ; ) {
    const { bytesRead } = await part.read(one, 0, chunkBytes, position)
    if (bytesRead === 0) return true
    for (let filled = 0; filled < bytesRead; ) {
      const read = await whole.read(other, filled, bytesRead - filled, start + position + filled)
      if (read.bytesRead === 0) return false
      filled += read.bytesRead
    }
    if (!one.subarray(0, bytesRead).equals(other.subarray(0, bytesRead))) return false
    position += bytesRead
  }
}
