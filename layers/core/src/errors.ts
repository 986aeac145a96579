/** What kept a task from its job; stable, so that scripts and alarms may tell them apart. */
export type ErrorCode =
  | 'usage'
  | 'configuration'
  | 'run-in-progress'
  | 'tasks-failed'
  | 'write-lease-held'
  | 'lease-lost'
  | 'frozen'
  | 'clock-behind'
  | 'hub-control'
  | 'interrupted'
  | 'no-space'
  | 'no-access'
  | 'database-locked'
  | 'database-changed'
  | 'database-missing'
  | 'database-unreadable'
  | 'backup-missing'
  | 'backup-unsound'
  | 'bucket-missing'
  | 'object-missing'
  | 'key-refused'
  | 'precondition-failed'
  | 'engine-failed'
  | 'time-limit'
  | 'memory-limit'
  | 'credentials'
  | 'throttled'
  | 'unreachable'
  | 'not-available'
  | 'io'
  | 'unexpected'

/** The words that an error owes a person. */
export interface ErrorDetails {
  /** What to do about it, as a command where there is one. */
  readonly hint: string
  readonly cause?: unknown
}

/**
 * Base of every error that Hubkeeper throws on purpose: what happened, with the file and the
 * value, and what to do. Catch it to tell an expected failure from a defect.
 */
export class HubkeeperError extends Error {
  override readonly name: string = 'HubkeeperError'
  readonly code: ErrorCode
  readonly hint: string

  constructor(code: ErrorCode, message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.hint = details.hint
  }
}

/** A command line or event that cannot be understood; nothing ran (exit code 2). */
export class UsageError extends HubkeeperError {
  override readonly name = 'UsageError'
  constructor(message: string, details: ErrorDetails) {
    super('usage', message, details)
  }
}

/** A configuration that cannot be used; nothing ran (exit code 2). */
export class ConfigurationError extends HubkeeperError {
  override readonly name = 'ConfigurationError'
  constructor(message: string, details: ErrorDetails) {
    super('configuration', message, details)
  }
}

/** There is no such backup: `there is no backup 20261125T151741Z-5mq0pw`. */
export const backupMissing = (message: string): HubkeeperError =>
  new HubkeeperError('backup-missing', message, { hint: 'see what there is: hubkeeper backups list' })

/** The object is no longer, or already, what the condition said: S3's 412. */
export class PreconditionFailedError extends HubkeeperError {
  override readonly name = 'PreconditionFailedError'
  readonly key: string
  constructor(key: string, condition: string, cause?: unknown) {
    super('precondition-failed', `${key} does not meet the condition ${condition}`, {
      hint: 'something else wrote it meanwhile; run the task again',
      cause,
    })
    this.key = key
  }
}

/** The object that an operation needs is not there: S3's 404. */
export class ObjectMissingError extends HubkeeperError {
  override readonly name = 'ObjectMissingError'
  readonly key: string
  constructor(key: string, cause?: unknown) {
    super('object-missing', `there is no object ${key}`, {
      hint: 'check the name, and that the store is the right one',
      cause,
    })
    this.key = key
  }
}

/** A key that no store may serve: absolute, leaving the root, or not portable. */
export class KeyRefusedError extends HubkeeperError {
  override readonly name = 'KeyRefusedError'
  constructor(key: string, reason: string) {
    super('key-refused', `the key ${JSON.stringify(key)} is refused: ${reason}`, {
      hint: 'use a relative path of plain names, such as backups/2026/hub.db',
    })
  }
}

/** The time ran out before everything was looked at that a certificate needs; nothing was certified. */
export class ProofUnfinishedError extends HubkeeperError {
  override readonly name = 'ProofUnfinishedError'
  /** Id of the backup. */
  readonly backup: string
  constructor(backup: string, left: readonly string[], advanced: boolean) {
    super('time-limit', `the proof of ${backup} is not finished: ${left.join(', ')} is left`, {
      hint: advanced
        ? 'what was seen is kept, and the next run of verify-backups goes on there'
        : `${left[0]} alone takes longer than it may: raise database.checkTimeoutMinutes in hubkeeper.json, or run this hub’s tasks embedded`,
    })
    this.backup = backup
  }
}
