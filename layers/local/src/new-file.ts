import { chmodSync, chownSync, linkSync, lstatSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { codeOf, HubkeeperError, ioError, PreconditionFailedError } from '@hubkeeper/core'
import { makeDirectory, syncDirectory, temporaryBeside } from './durable-file.ts'
import { copyHashing } from './transfer.ts'

/** Gives a new file or directory to whom its directory belongs: root would keep the server from writing it. */
function giveToOwnerOfParent(path: string): void {
  if (process.getuid?.() !== 0) return
  const { gid, uid } = statSync(dirname(path))
  chownSync(path, uid, gid)
}

/** Makes a directory with those above it, durably; each belongs to the owner of the one above. */
export function makeDirectoryOfOwner(directory: string): void {
  if (lstatSync(directory, { throwIfNoEntry: false }) !== undefined) return
  makeDirectoryOfOwner(dirname(directory))
  makeDirectory(directory)
  giveToOwnerOfParent(directory)
}

const noLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** Whether a second name was refused as the disk has none for files. */
export const knowsNoLinks = (error: unknown): boolean => noLinks.has(codeOf(error) ?? '')

/**
 * Gives a finished temporary file a name that nothing has, durably; no file and no link is written over.
 *
 * @throws PreconditionFailedError when there is something by that name
 */
export function nameNewFile(key: string, temporary: string, target: string): void {
  try {
    giveToOwnerOfParent(temporary)
    linkSync(temporary, target)
    rmSync(temporary)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw new PreconditionFailedError(key, 'that it is absent', error)
    if (!knowsNoLinks(error)) throw error
    // Looked at right before.
    if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) {
      throw new PreconditionFailedError(key, 'that it is absent', error)
    }
    renameSync(temporary, target)
  }
  syncDirectory(dirname(target))
}

/**
 * Copies a file into a new one that survives a crash, whole or not at all; never over or through anything.
 *
 * @returns SHA-256 of what was written, hex
 * @throws HubkeeperError `io` when there is something already
 */
export async function writeNewFile(from: string, to: string, mode: number): Promise<string> {
  const temporary = temporaryBeside(to)
  try {
    makeDirectoryOfOwner(dirname(to))
    const { sha256 } = await copyHashing(from, temporary, { mode: 0o600, durable: true })
    chmodSync(temporary, mode)
    nameNewFile(to, temporary, to)
    return sha256
  } catch (error) {
    if (error instanceof PreconditionFailedError) {
      throw new HubkeeperError('io', `cannot write ${to}: there is something by that name already`, {
        hint: 'name one that is not there yet; nothing was written over',
        cause: error,
      })
    }
    throw ioError(error, to, 'cannot write')
  } finally {
    rmSync(temporary, { force: true })
  }
}
