import type { ForeignKeyViolation, Outcome, SearchIndexCheck } from '../ports/examination.ts'
import { reasonOf } from './outcome.ts'

/** Rows whose parent is missing, over all tables. */
export const orphansIn = (violations: readonly ForeignKeyViolation[]): number =>
  violations.reduce((sum, { rows }) => sum + rows, 0)

/** What is wrong with full-text indexes, or kept from looking at them, in words; empty when all are sound. */
export const searchIndexFaults = (checks: readonly SearchIndexCheck[]): string[] =>
  checks.flatMap(({ name, outcome }) => {
    if (outcome.state !== 'done') return [`search index ${name}: ${reasonOf(outcome)}`]
    return outcome.value === null ? [] : [`search index ${name}: ${outcome.value}`]
  })

/** Collations, modules and functions that any of the looks lacked, each once. */
export const missingFrom = (outcomes: readonly Outcome<unknown>[]): string[] => [
  ...new Set(outcomes.flatMap((outcome) => (outcome.state === 'fault' ? outcome.fault.missing : []))),
]
