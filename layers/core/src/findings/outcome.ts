import { type ErrorCode, HubkeeperError } from '../errors.ts'
import type { Fault, Outcome } from '../ports/examination.ts'
import type { FindingStatus } from '../status.ts'

/** Why an outcome has no value, in words. */
export function reasonOf(outcome: Exclude<Outcome<unknown>, { state: 'done' }>): string {
  switch (outcome.state) {
    case 'fault':
      return outcome.fault.message
    case 'stopped':
      return outcome.detail
    case 'skipped':
      return outcome.reason
  }
}

/**
 * What an outcome without a value means for a check: a fault of the file is what the check looks
 * for; what could not be looked at is unknown, never ok.
 */
export function statusWithoutValue(outcome: Exclude<Outcome<unknown>, { state: 'done' }>): FindingStatus {
  if (outcome.state === 'skipped') return 'skipped'
  return outcome.state === 'fault' && isFileFault(outcome.fault) ? 'critical' : 'unknown'
}

/** Whether the file itself is at fault, not the circumstances of looking at it. */
const isFileFault = ({ kind }: Fault): boolean =>
  kind !== 'locked' && kind !== 'no-access' && kind !== 'no-space' && kind !== 'needs-extension'

/** What to do about a fault; undefined where the check's own advice fits. */
export function adviceOn(fault: Fault): string | undefined {
  switch (fault.kind) {
    case 'missing':
      return 'check database.path in hubkeeper.json; if the file was lost: hubkeeper restore latest --dry-run'
    case 'locked':
      return 'find what holds the lock (a long transaction, a stuck process); raise database.lockTimeoutSeconds if it is meant'
    case 'no-access':
      return 'run hubkeeper as the user who owns the hub’s files, or give it read access'
    case 'no-space':
      return 'free space there, or name another disk as scratch.directory in hubkeeper.json'
    case 'hot-journal':
      return 'its last writer died in mid-transaction: start the hub once, SQLite then rolls back by itself; never delete the journal'
    case 'needs-extension':
      return `this engine lacks ${fault.missing.join(', ')}: the database can only be kept byte for byte`
    case 'empty':
    case 'not-a-database':
    case 'corrupt':
    case 'other':
      return undefined
  }
}

const circumstances = new Map<string, ErrorCode>([
  ['locked', 'database-locked'],
  ['no-access', 'no-access'],
  ['no-space', 'no-space'],
  ['time-limit', 'time-limit'],
  ['memory-limit', 'memory-limit'],
  ['crash', 'engine-failed'],
])

/**
 * For a task whose job is to work on the database, not to look at it: what lies with the file is a
 * finding for the caller to make, what lies with the circumstances is an error.
 *
 * @throws HubkeeperError for a lock that never cleared, missing access, a limit that was reached.
 */
export function refuseCircumstances(outcome: Exclude<Outcome<unknown>, { state: 'done' }>): void {
  const cause = outcome.state === 'fault' ? outcome.fault.kind : outcome.state === 'stopped' ? outcome.by : ''
  const code = circumstances.get(cause)
  if (code === undefined) return
  const advice = outcome.state === 'fault' ? adviceOn(outcome.fault) : undefined
  throw new HubkeeperError(code, reasonOf(outcome), {
    hint: advice ?? 'raise database.checkTimeoutMinutes or database.checkMemoryMiB in hubkeeper.json',
  })
}
