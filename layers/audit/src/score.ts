import { type Severity, severities } from './severity.ts'

/**
 * What an issue weighs by its severity. One that nobody rated weighs between medium and high, and so does a check
 * that could not look.
 */
export const scoreWeights: Readonly<Record<Severity, number>> = {
  critical: 40,
  high: 15,
  unknown: 6,
  medium: 3,
  low: 1,
  none: 0,
}

/** What a score is made of. */
export interface ScoreParts {
  /** Open issues by severity: those that are accepted, and those that are gone, do not count. */
  readonly open: Readonly<Record<Severity, number>>
  /** Checks and scanners that could not look. */
  readonly unseen: number
}

/**
 * 100 when nothing is wrong, towards 0 the more is: `100 × 100 / (100 + weight)`, to one decimal, where the weight is
 * the sum of {@link scoreWeights}. It halves at a weight of 100 and never reaches 0, so that there is always a way up.
 */
export function securityScore({ open, unseen }: ScoreParts): number {
  const weight = severities.reduce((sum, each) => sum + open[each] * scoreWeights[each], 0)
  const score = 10_000 / (100 + weight + unseen * scoreWeights.unknown)
  // Whatever is wrong, it is not all right.
  return weight + unseen === 0 ? 100 : Math.min(99.9, Math.round(score * 10) / 10)
}

/** How many there are of each severity. */
export function bySeverity(issues: Iterable<{ readonly severity: Severity }>): Record<Severity, number> {
  const counts: Record<Severity, number> = { critical: 0, high: 0, unknown: 0, medium: 0, low: 0, none: 0 }
  for (const { severity } of issues) counts[severity] += 1
  return counts
}
