import { type Report, thresholdsOf } from '@hubkeeper/core'
import { type History, newestOf, type ReviewFacts, type SecurityFact } from '@hubkeeper/review'
import type { ReviewContext } from './context.ts'
import { isDeployed } from './limit.ts'

/** What the audits of the time said. */
export function securityOf({ reports }: History): SecurityFact | null {
  const audits = (reports.get('security-audit') ?? []).flatMap((report) => {
    const score = report.figures.find(({ name }) => name === 'security.score')?.value
    return score === undefined ? [] : [{ report, score }]
  })
  const [first, newest] = [audits[0], audits.at(-1)]
  if (first === undefined || newest === undefined) return null
  const { figures, findings, finishedAt } = newest.report
  return {
    score: newest.score,
    before: audits.length < 2 ? null : first.score,
    at: new Date(finishedAt),
    open: new Map(
      figures
        .filter(({ name }) => name === 'security.issues')
        .map(({ subject, value }): [string, number] => [subject ?? '', value]),
    ),
    unseen: findings
      .filter(({ status }) => status === 'unknown')
      .map(({ subject, title }) => (subject === null ? title : `${title}: ${subject}`)),
  }
}

/** The newest report of a task that did its job; undefined where there is none. */
const newestReport = ({ reports }: History, task: string): Report | undefined =>
  reports.get(task)?.findLast(({ status }) => status !== 'failed')

/** What the last review of major updates found to be not supported, in words; null where none was made. */
export function endOfLifeOf(history: History): string[] | null {
  const report = newestReport(history, 'major-updates')
  if (report === undefined) return null
  return report.findings
    .filter(
      ({ check, status }) =>
        check === 'runtime.end-of-life' && (status === 'warning' || status === 'critical'),
    )
    .map(({ evidence, subject }) => `${subject ?? 'a product'}: ${evidence[0] ?? 'not supported for long'}`)
}

/** A figure of the newest run of a task; null where it was not measured. */
export function figureOf(history: History, task: string, name: string): number | null {
  const report = newestReport(history, task)
  return report?.figures.find((each) => each.name === name && each.subject === null)?.value ?? null
}

/** How long the last recovery took that was tried, and what it is to take at most. */
export function recoveryOf({ hub }: ReviewContext, history: History): ReviewFacts['recovery'] {
  const rto = newestOf(history, 'drill.rto')
  const { warning } = thresholdsOf('drill.rto', hub.thresholds)
  return rto === null ? null : { seconds: rto.value, target: warning }
}

/** Whether the hub has an API that is looked at: the last run that would have looked says so, else its configuration. */
export function isApiLookedAt(context: ReviewContext, { reports }: History): boolean {
  const looked = reports
    .get('health-check')
    ?.findLast(({ findings }) => findings.some(({ check }) => check === 'api.available'))
  // Functions are told of no API that they do not ask.
  if (looked === undefined) return isDeployed(context) || context.hub.api !== undefined
  return looked.findings.some(({ check, status }) => check === 'api.available' && status !== 'skipped')
}
