import {
  type FindingStatus,
  findingStatuses,
  keys,
  type Report,
  type RunOutcome,
  type RunStatus,
  runStatuses,
} from '@hubkeeper/core'

/** What an invocation says of one hub. */
export interface ReportSummary {
  readonly hub: string
  readonly task: string
  /** ULID. */
  readonly run: string
  readonly status: RunStatus
  /** How many findings of each status. */
  readonly findings: Readonly<Record<FindingStatus, number>>
  /** Key of the report below the hub's prefix; null where the run kept none. */
  readonly report: string | null
  /** Set when an earlier delivery of the same request had already succeeded: nothing was done. */
  readonly alreadySucceeded: boolean
}

/** The answer of a function. */
export interface Summary {
  readonly schema: 1
  readonly status: RunStatus
  readonly reports: readonly ReportSummary[]
}

/** What the outcome of a run comes to. */
export function summaryOf(hub: string, task: string, outcome: RunOutcome, kept: boolean): ReportSummary {
  if (outcome.kind === 'already-succeeded') {
    const { run, status } = outcome.record
    return {
      hub,
      task,
      run,
      status,
      findings: countsOf([]),
      report: keys.report(task, run, 'json'),
      alreadySucceeded: true,
    }
  }
  const { findings, run, status } = outcome.report
  return {
    hub,
    task,
    run,
    status,
    findings: countsOf(findings),
    report: kept ? keys.report(task, run, 'json') : null,
    alreadySucceeded: false,
  }
}

/** The answer for several hubs: as bad as the worst. */
export const summarize = (reports: readonly ReportSummary[]): Summary => ({
  schema: 1,
  status: runStatuses.findLast((status) => reports.some((report) => report.status === status)) ?? 'ok',
  reports,
})

const countsOf = (findings: Report['findings']): Record<FindingStatus, number> => {
  const counts: Record<FindingStatus, number> = { ok: 0, skipped: 0, unknown: 0, warning: 0, critical: 0 }
  for (const status of findingStatuses) {
    counts[status] = findings.filter((finding) => finding.status === status).length
  }
  return counts
}
