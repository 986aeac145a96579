/** What one look came to; see `docs/contracts.md`. */
export const findingStatuses = ['ok', 'skipped', 'unknown', 'warning', 'critical'] as const

/** One of {@link findingStatuses}. */
export type FindingStatus = (typeof findingStatuses)[number]

/** What a report or a run came to, mildest first. */
export const runStatuses = ['ok', 'warning', 'critical', 'failed'] as const

/** One of {@link runStatuses}. */
export type RunStatus = (typeof runStatuses)[number]

const weights: Record<FindingStatus, RunStatus> = {
  ok: 'ok',
  skipped: 'ok',
  unknown: 'warning',
  warning: 'warning',
  critical: 'critical',
}

/** The worse of two run statuses. */
export const worse = (one: RunStatus, other: RunStatus): RunStatus =>
  runStatuses.indexOf(one) >= runStatuses.indexOf(other) ? one : other

/** The status that findings add up to: skipped raises nothing, unknown counts as a warning. */
export const worstOf = (findings: readonly { readonly status: FindingStatus }[]): RunStatus =>
  findings.map((finding) => weights[finding.status]).reduce(worse, 'ok')

/** The process exit code for a status: 0 ok or warning, 1 critical, 3 failed. */
export function exitCodeOf(status: RunStatus): 0 | 1 | 3 {
  if (status === 'failed') return 3
  return status === 'critical' ? 1 : 0
}
