import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '@hubkeeper/core'
import { temporaryPrefix } from './keys.ts'

/** Whether a process of this machine is gone; one of another user is not. */
export function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return codeOf(error) === 'ESRCH'
  }
}

/**
 * Removes files that processes were writing in these directories when they were killed; gives their
 * names. They were never objects, and only cost space.
 */
export function sweepTemporaries(directories: readonly string[]): string[] {
  const removed: string[] = []
  for (const directory of directories) {
    for (const name of namesIn(directory)) {
      const pid = name.startsWith(temporaryPrefix)
        ? /^\d+/.exec(name.slice(temporaryPrefix.length))?.[0]
        : undefined
      if (pid === undefined || !isGone(Number(pid))) continue
      rmSync(join(directory, name), { force: true })
      removed.push(join(directory, name))
    }
  }
  return removed
}

/** A directory that is not there has nothing in it. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
