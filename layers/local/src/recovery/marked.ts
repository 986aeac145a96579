import { randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { hostname } from 'node:os'

/** Variable that every process of a hub that is started for practice inherits, whatever it is called. */
export const markName = 'HUBKEEPER_RECOVERY'

/** What one start of this process marks with: `HOST/PID/UUID`. */
export const newMark = (): string => `${hostname()}/${process.pid}/${randomUUID()}`

const markPattern = new RegExp(`(?:^|\0)${markName}=([^\0]+)`)

/** A process of a started hub. */
export interface MarkedProcess {
  readonly pid: number
  readonly mark: string
}

/** The process that marked with it, where that was on this machine. */
export function keeperOf(mark: string): number | null {
  const [host, pid] = mark.split('/')
  return host === hostname() && pid !== undefined ? Number(pid) : null
}

/**
 * Processes of this user that belong to a started hub; none where the machine does not tell: only Linux has
 * `/proc`. Those that left their process group are among them.
 */
export async function markedProcesses(): Promise<MarkedProcess[]> {
  const names = await readdir('/proc').catch(() => [])
  const pids = names.filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
  const found = await Promise.all(pids.map((pid) => markOf(Number(pid))))
  return found.filter((each) => each !== null)
}

/** A process may end meanwhile, and other users' are closed to us: neither is one of ours. */
async function markOf(pid: number): Promise<MarkedProcess | null> {
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')
  const mark = markPattern.exec(environment)?.[1]
  return mark === undefined ? null : { pid, mark }
}

/** Signals a process, or a group by its negative id; false when it has ended, or is no longer this user's. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ESRCH' || code === 'EPERM') return false
    throw error
  }
}
