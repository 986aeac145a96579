import { lstatSync, realpathSync } from 'node:fs'
import { chown, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf } from '@hubkeeper/core'

/** The file that a path leads to: SQLite keeps journals beside that, not beside a link. */
export function realPathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return path
    throw error
  }
}

/** Whether a path is a symbolic link itself. */
export const isLink = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true

/** Gives a new file to whom its directory belongs: root would keep the server from writing it. */
export async function giveToOwnerOfDirectory(path: string): Promise<void> {
  if (process.getuid?.() !== 0) return
  const { gid, uid } = await stat(dirname(path))
  await chown(path, uid, gid)
}

/** Size of a file, bytes; 0 when there is none. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0
    throw error
  }
}
