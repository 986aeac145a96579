import type { Unit } from '../ports/metrics.ts'

/** Limits above which a finding is a warning or critical, in the check's unit. */
export interface Thresholds {
  readonly warning: number
  readonly critical: number | null
}

/** One row of the table of checks. */
export interface Check {
  /** What it looks at, as a headline. */
  readonly title: string
  /** What `subject` names; null when a hub has one of it. */
  readonly subject: string | null
  readonly unit: Unit | null
  /** Defaults that a hub's configuration may replace; null where a limit makes no sense. */
  readonly thresholds: Thresholds | null
  /** What is wrong at which status, in words, for the documentation. */
  readonly rule: string
  /** What to do when it is not ok. */
  readonly advice: string
}
