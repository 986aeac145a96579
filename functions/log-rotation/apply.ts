import {
  formatBytes,
  HubkeeperError,
  type LogAction,
  type LogPlan,
  type LogRotator,
  ObjectMissingError,
} from '@hubkeeper/core'

/** What became of the plan for one log. */
export interface AppliedPlan {
  readonly plan: LogPlan
  /** What was done, in words. */
  readonly done: readonly string[]
  /** What was to be done and is not, and why. */
  readonly failed: readonly string[]
  /** What somebody ought to see to, though it was done. */
  readonly warnings: readonly string[]
  /** Bytes that are free now. */
  readonly freed: number
}

/** Does what the plan says, as far as each file still is as it was then. What frees space comes first. */
export async function applyPlan(plan: LogPlan, logs: LogRotator): Promise<AppliedPlan> {
  const done: string[] = []
  const failed: string[] = []
  const warnings = [...plan.warnings]
  let freed = 0
  for (const action of plan.actions) {
    try {
      const outcome = await applyAction(action, logs)
      if (outcome.done === null) failed.push(outcome.reason)
      else {
        done.push(outcome.done)
        freed += outcome.freed
        if (outcome.warning !== null) warnings.push(outcome.warning)
      }
    } catch (error) {
      if (!isOfTheFile(error)) throw error
      failed.push(error.message)
    }
  }
  return { plan, done, failed, warnings, freed }
}

type Outcome =
  | { readonly done: string; readonly freed: number; readonly warning: string | null }
  | { readonly done: null; readonly reason: string }

async function applyAction(action: LogAction, logs: LogRotator): Promise<Outcome> {
  const { file } = action
  switch (action.kind) {
    case 'delete': {
      const deletion = await logs.delete(file)
      if (deletion.state !== 'deleted') return { done: null, reason: deletion.reason }
      return { done: describe(action, file.bytes), freed: file.bytes, warning: null }
    }
    case 'compress': {
      const bytes = await logs.compress(file)
      return { done: describe(action, file.bytes, bytes), freed: file.bytes - bytes, warning: null }
    }
    case 'rotate': {
      const { bytes, hole } = await logs.rotate(file, action.target, action.method)
      const warning = hole === 0 ? null : holeOf(file.key, hole)
      return { done: describe(action, bytes), freed: 0, warning }
    }
  }
}

const holeOf = (key: string, hole: number): string =>
  `${key} began with ${formatBytes(hole)} of zeros, which were left out: its server does not append, so it goes on where it was before; have it open its log for appending, or set logs.rotation.method to rename`

/** A change that was made, in words: `logs/app.log moved to logs/app-20261124T000000Z.log, 3.2 MiB`. */
function describe(action: LogAction, bytes: number, compressed = 0): string {
  const { key } = action.file
  switch (action.kind) {
    case 'delete':
      return `${key} deleted, ${formatBytes(bytes)}`
    case 'compress':
      return `${key} compressed, ${formatBytes(bytes)} to ${formatBytes(compressed)}`
    case 'rotate':
      return `${key} moved to ${action.target}, ${formatBytes(bytes)}`
  }
}

/** What stands in the way of one log only; a lost lease or a freeze ends the run. */
function isOfTheFile(error: unknown): error is HubkeeperError {
  if (error instanceof ObjectMissingError) return true
  const codes = ['precondition-failed', 'no-access', 'no-space', 'io', 'not-available', 'key-refused']
  return error instanceof HubkeeperError && codes.includes(error.code)
}
