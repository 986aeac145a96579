import { HubkeeperError } from '@hubkeeper/core'
import type { Machine } from '../machine.ts'
import { runProgram } from '../program.ts'

/** What `systemctl is-system-running` says where units can be started. */
const runningStates = new Set(['initializing', 'starting', 'running', 'degraded', 'maintenance'])

/** Root's units are the system's, everybody else's are their own. */
const scopeOf = ({ uid }: Machine): string[] => (uid === 0 ? [] : ['--user'])

/** Whether a systemd runs here that takes units of this user. */
export async function systemdRuns(machine: Machine): Promise<boolean> {
  const ended = await runProgram('systemctl', [...scopeOf(machine), 'is-system-running'])
  return ended !== null && runningStates.has(ended.out.trim())
}

/** Runs systemctl. @throws HubkeeperError with what it said */
export async function systemctl(machine: Machine, ...args: readonly string[]): Promise<void> {
  const words = [...scopeOf(machine), ...args]
  const ended = await runProgram('systemctl', words)
  if (ended?.code === 0) return
  const said = ended === null ? 'there is no systemctl' : ended.err.trim() || ended.out.trim()
  throw new HubkeeperError('io', `systemctl ${words.join(' ')} failed: ${said}`, {
    hint: 'mend what it says, or install with --crontab',
  })
}

/** Those of these timers that wait for nothing; none where systemd does not tell. */
export async function idleAmong(machine: Machine, timers: readonly string[]): Promise<string[]> {
  if (timers.length === 0) return []
  const ended = await runProgram('systemctl', [...scopeOf(machine), 'is-active', ...timers])
  const states = ended?.out.split('\n').filter((line) => line !== '') ?? []
  return states.length === timers.length ? timers.filter((_, i) => states[i] !== 'active') : []
}

/** @throws HubkeeperError for a time that systemd cannot read; not checked where there is no systemd-analyze */
export async function refuseUnreadable(calendars: readonly string[]): Promise<void> {
  const ended = await runProgram('systemd-analyze', ['calendar', ...calendars])
  if (ended === null || ended.code === 0) return
  throw new HubkeeperError('not-available', `systemd cannot read a time: ${ended.err.trim()}`, {
    hint: 'set timeZone in hubkeeper.json to a name such as Europe/Berlin, or install with --crontab',
  })
}
