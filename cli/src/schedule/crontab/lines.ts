import { join } from 'node:path'
import { HubkeeperError } from '@hubkeeper/core'
import { type Entry, minutesBetween } from '../entries.ts'
import { commandOf, type Target } from '../target.ts'
import { dueMinutes } from './minutes.ts'

/** A word for /bin/sh, whatever is in it. */
const shellWord = (word: string): string =>
  /^[\w@+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** A command as a crontab holds it: cron makes a line break of each bare `%`. */
const cronCommand = (text: string): string => text.replaceAll('%', '\\%')

/** How much of a command every cron reads, bytes: Debian’s cuts off the rest without a word. */
const longestCommand = 990

/** Where what scheduled commands print is kept. */
export const logOf = ({ state }: Target): string => join(state, 'schedule.log')

/**
 * The lines of a crontab for a configuration, one for each cadence.
 *
 * @throws HubkeeperError `not-available` for one that a cron may cut off or misread
 */
export const cronLines = (target: Target, machineTimeZone: string, now: Date): string[] =>
  target.entries.map((entry) => {
    const command = commandOf(target, entry.cadence).map(shellWord).join(' ')
    const log = shellWord(logOf(target))
    // What the probe says is told by the ledger, the metrics and alerts; its errors are not.
    const output = entry.cadence === 'continuous' ? `>/dev/null 2>>${log}` : `>>${log} 2>&1`
    return `${fieldsOf(entry, machineTimeZone, now)} ${refuseUnreadable(cronCommand(`${command} ${output}`))}`
  })

/** Day of month and day of week are never restricted: cron fires on either. */
function fieldsOf({ appointments, cadence }: Entry, machineTimeZone: string, now: Date): string {
  if (cadence === 'continuous') return `*/${minutesBetween(appointments)} * * * *`
  return `${dueMinutes(appointments, machineTimeZone, now).join(',')} * * * *`
}

function refuseUnreadable(command: string): string {
  const problem = problemOf(command)
  if (problem === null) return command
  throw new HubkeeperError('not-available', `a line of the crontab ${problem}: ${command}`, {
    hint: 'install with --systemd, or give the hub or Hubkeeper a shorter and plainer path',
  })
}

/** Why a cron would not run what is meant, in words; null where it would. */
function problemOf(command: string): string | null {
  const bytes = Buffer.byteLength(command)
  if (bytes > longestCommand) return `would hold ${bytes} bytes, and some crons read ${longestCommand}`
  return command.includes('\\\\%') ? 'would hold a backslash before a %, which crons read differently' : null
}
