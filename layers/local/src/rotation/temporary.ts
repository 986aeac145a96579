import { randomUUID } from 'node:crypto'
import { linkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { codeOf, HubkeeperError } from '@hubkeeper/core'
import { temporaryPrefix } from '../keys.ts'
import { knowsNoLinks } from '../new-file.ts'

/** How copies of logs are called while they are made; each then names its process. */
export const rotationPrefix = `${temporaryPrefix}rotation-`

/** A new name beside a log that no listing shows. */
export const rotationTemporary = (path: string): string =>
  join(dirname(path), `${rotationPrefix}${process.pid}-${randomUUID()}`)

/**
 * Gives a finished copy its name, beside the one it has.
 *
 * @throws HubkeeperError `precondition-failed` where there is a file of that name; `not-available` where
 *   files cannot have two names
 */
export function giveName(temporary: string, path: string): void {
  try {
    linkSync(temporary, path)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw isThere(path, error)
    if (!knowsNoLinks(error)) throw error
    throw new HubkeeperError('not-available', `the disk of ${basename(path)} knows no hard links`, {
      hint: 'set logs.rotation.method to rename, and logs.rotation.compress to false',
      cause: error,
    })
  }
}

/** A name that should have been new. */
export const isThere = (path: string, cause?: unknown): HubkeeperError =>
  new HubkeeperError('precondition-failed', `${basename(path)} is there already`, {
    hint: 'run the task again',
    cause,
  })
