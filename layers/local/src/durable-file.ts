import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { codeOf } from '@hubkeeper/core'
import { temporaryPrefix } from './keys.ts'

/** A new name beside `path` that no listing shows. */
export const temporaryBeside = (path: string): string =>
  join(dirname(path), `${temporaryPrefix}${process.pid}-${randomUUID()}`)

/** Makes the entries of a directory survive a crash. */
export function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Makes the content of a file survive a crash. */
export async function syncFile(path: string): Promise<void> {
  await using handle = await open(path, 'r+')
  await handle.sync()
}

/** Creates a directory with those above it, durably. */
export function makeDirectory(directory: string): void {
  const first = mkdirSync(directory, { recursive: true })
  if (first === undefined) return
  for (let path = directory; path.length >= dirname(first).length; path = dirname(path)) {
    syncDirectory(path)
    if (path === dirname(path)) break
  }
}

/** Removes a directory in which nothing is left. */
export function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory)
  } catch (error) {
    // Not empty, or removed by somebody else: both are as they should be.
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error) ?? '')) throw error
  }
}

/** Gives `temporary` the mode and, where this user may, the owner of the file it will replace. */
export function keepOwnership(temporary: string, target: string): void {
  const old: Stats | undefined = statSync(target, { throwIfNoEntry: false })
  if (old === undefined) return
  const mine = statSync(temporary)
  if (mine.uid !== old.uid || mine.gid !== old.gid) {
    try {
      chownSync(temporary, old.uid, old.gid)
    } catch {
      // Only root may give files away. Under another owner the content is the same, and doctor warns.
    }
  }
  chmodSync(temporary, old.mode & 0o7777)
}

/** Puts a finished temporary file in the place of `target`, durably. */
export function moveIntoPlace(temporary: string, target: string): void {
  renameSync(temporary, target)
  syncDirectory(dirname(target))
}

/** Writes a whole small file: readers see the old one or the new one. */
export function writeWhole(path: string, text: string): void {
  makeDirectory(dirname(path))
  const temporary = temporaryBeside(path)
  try {
    const descriptor = openSync(temporary, 'wx', 0o644)
    try {
      writeSync(descriptor, text)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    moveIntoPlace(temporary, path)
  } finally {
    rmSync(temporary, { force: true })
  }
}
