import type { Context, Deletion } from '@hubkeeper/core'

/** What the cleanup may touch: it deletes, and does nothing else to anything. */
export const access = { backups: 'prune', files: 'clean', ledger: 'read' } as const

/** The context of the cleanup. */
export type CleanupContext = Context<typeof access>

/** Why nothing is deleted by this run, in words; null where it deletes. */
export const whyNothing = ({ deletionRefused, dryRun }: CleanupContext): string | null =>
  dryRun ? 'dry run' : deletionRefused === null ? null : `nothing is deleted: ${deletionRefused}`

/** What became of one thing that the plan said to delete. */
export interface Deleted<T> {
  readonly of: T
  readonly outcome: Deletion
}

/** The line of a report about it; `reasons` are the plan's. */
export function lineOf(name: string, outcome: Deletion, reasons: string): string {
  switch (outcome.state) {
    case 'deleted':
      return `deleted ${name}: ${reasons}`
    case 'kept':
      return `kept ${name}: ${outcome.reason}`
    case 'failed':
      return `not deleted ${name}: ${outcome.reason}`
  }
}

/** Whether something of the plan stood in the way of being deleted. */
export const hasFailed = (deleted: readonly Deleted<unknown>[]): boolean =>
  deleted.some(({ outcome }) => outcome.state === 'failed')
