import { type CheckId, checkOf, type Thresholds } from './checks.ts'
import type { Unit } from './ports/metrics.ts'
import type { Figure, Finding } from './report.ts'
import type { FindingStatus } from './status.ts'

/** Limits by check, where a hub has its own. */
export type ThresholdOverrides = Readonly<Partial<Record<CheckId, Thresholds>>>

interface FindingDetails {
  readonly subject?: string | null
  readonly expected?: Finding['expected']
  readonly actual?: Finding['actual']
  /** Replaces the check's own advice. */
  readonly advice?: string
  readonly evidence?: readonly string[]
}

/** A finding of a known check; title, unit and advice come from the table of checks. */
export function finding(check: CheckId, status: FindingStatus, details: FindingDetails = {}): Finding {
  const row = checkOf(check)
  const quiet = status === 'ok' || status === 'skipped'
  return {
    check,
    subject: details.subject ?? null,
    status,
    title: row.title,
    expected: details.expected ?? null,
    actual: details.actual ?? null,
    unit: typeof details.actual === 'number' ? row.unit : null,
    advice: details.advice ?? (quiet ? null : row.advice),
    evidence: [...(details.evidence ?? [])],
  }
}

/** The limits of a check for one hub. @throws TypeError for a check that has none: a defect. */
export function thresholdsOf(check: CheckId, overrides: ThresholdOverrides): Thresholds {
  const thresholds = overrides[check] ?? checkOf(check).thresholds
  if (thresholds === null) throw new TypeError(`the check ${check} has no thresholds`)
  return thresholds
}

/** Where a value stands against limits: above is bad. */
export function judge(value: number, { warning, critical }: Thresholds): 'ok' | 'warning' | 'critical' {
  if (critical !== null && value > critical) return 'critical'
  return value > warning ? 'warning' : 'ok'
}

/** A finding whose status follows from a measured value and the check's limits. */
export function measured(
  check: CheckId,
  value: number,
  overrides: ThresholdOverrides,
  details: Omit<FindingDetails, 'actual' | 'expected'> = {},
): Finding {
  const limits = thresholdsOf(check, overrides)
  const status = judge(value, limits)
  const passed = status === 'critical' && limits.critical !== null ? limits.critical : limits.warning
  return finding(check, status, { ...details, actual: value, expected: passed })
}

/** A figure. */
export const figure = (name: string, value: number, unit: Unit, subject: string | null = null): Figure => ({
  name,
  subject,
  value,
  unit,
})
