import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { thisAccount } from '../owner.ts'

/** What of this machine and this user a schedule depends on. */
export interface Machine {
  /** User id; null where there are none. */
  readonly uid: number | null
  /** The user's name, for people and for systemd's lingering. */
  readonly user: string
  /** Time zone of cron's clock. */
  readonly timeZone: string
  /** Where systemd looks for units: the system's for root, else the user's own. */
  readonly unitDirectory: string
  /** Whether the user's own timers run while nobody is logged in. */
  readonly lingers: boolean
  /** Whether a cron is seen to run; null where that cannot be told. */
  readonly cronRuns: boolean | null
}

/** This machine. */
export function thisMachine(): Machine {
  const uid = process.getuid?.() ?? null
  const { home, user } = thisAccount()
  return {
    uid,
    user,
    timeZone: clockTimeZone(),
    unitDirectory:
      uid === 0
        ? '/etc/systemd/system'
        : join(process.env.XDG_CONFIG_HOME || join(home, '.config'), 'systemd/user'),
    lingers: uid === 0 || existsSync(join('/var/lib/systemd/linger', user)),
    cronRuns: seesCron(),
  }
}

/** The time zone of this machine's clock, which cron goes by; TZ in a shell is the shell's own. */
function clockTimeZone(): string {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  if (process.env.TZ === undefined) return own
  try {
    return /zoneinfo\/(?:posix\/|right\/)?(.+)$/.exec(readlinkSync('/etc/localtime'))?.[1] ?? own
  } catch {
    // A copy in place of a link, or none: then TZ is the best there is.
    return own
  }
}

const crons = new Set(['cron', 'crond', 'fcron', 'dcron', 'cronie'])

/** Looks through the processes for one that is called as a cron. */
function seesCron(): boolean | null {
  try {
    return readdirSync('/proc').some((name) => /^\d+$/.test(name) && crons.has(commandOf(name)))
  } catch {
    // Only Linux shows its processes as files.
    return null
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    // It ended meanwhile.
    return ''
  }
}
