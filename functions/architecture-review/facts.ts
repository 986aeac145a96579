import { type Report, thresholdsOf } from '@hubkeeper/core'
import { type History, newestOf, type ReviewFacts, type SecurityFact, seriesOf } from '@hubkeeper/review'
import type { ReviewContext } from './context.ts'
import { isDeployed } from './limit.ts'

/** What the audits of the time said. */
export function securityOf(history: History): SecurityFact | null {
  const points = seriesOf(history, ['security.score']).flatMap((series) => series.points)
  const [first, newest] = [points[0], points.at(-1)]
  if (first === undefined || newest === undefined) return null
  const open = seriesOf(history, ['security.issues']).flatMap(({ points: counts, subject }) =>
    counts.slice(-1).map(({ value }): [string, number] => [subject ?? '', value]),
  )
  return {
    score: newest.value,
    before: points.length < 2 ? null : first.value,
    at: newest.at,
    open: new Map(open),
  }
}

/** The newest report of a task that did its job; undefined where there is none. */
const newestReport = ({ reports }: History, task: string): Report | undefined =>
  reports.get(task)?.findLast(({ status }) => status !== 'failed')

/** What the last review of major updates found to be not supported, in words. */
export const endOfLifeOf = (history: History): string[] =>
  (newestReport(history, 'major-updates')?.findings ?? [])
    .filter(
      ({ check, status }) =>
        check === 'runtime.end-of-life' && (status === 'warning' || status === 'critical'),
    )
    .map(({ evidence, subject }) => `${subject ?? 'a product'}: ${evidence[0] ?? 'not supported for long'}`)

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
