import { execFileSync } from 'node:child_process'
import { seconds } from '@hubkeeper/core'

/** A clock may have been set a little in between, ms. */
const tolerance = seconds(60)

/** `[[days-]hours:]minutes:seconds`, as every ps prints it. */
const elapsed = /^\s*(?:(?:(\d+)-)?(\d+):)?(\d+):(\d+)\s*$/

/**
 * Whether a process began after `moment`: then an id that was written down before is that of another one,
 * which has got it since. False where this machine does not tell.
 */
export function startedAfter(pid: number, moment: Date): boolean {
  const startedAt = processStart(pid)
  return startedAt !== null && startedAt.getTime() > moment.getTime() + tolerance
}

function processStart(pid: number): Date | null {
  try {
    const text = execFileSync('ps', ['-o', 'etime=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const parts = elapsed.exec(text)
    if (parts === null) return null
    const [days, hours, minutes, secs] = parts.slice(1).map((part) => Number(part ?? 0))
    const total = (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (secs ?? 0)
    return new Date(Date.now() - seconds(total))
  } catch {
    return null
  }
}
