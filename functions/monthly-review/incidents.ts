import { type Finding, formatValue, type Report } from '@hubkeeper/core'
import { type Availability, allReports, type History, type Outage } from '@hubkeeper/review'

/** Something that went wrong in a time. */
export interface Incident {
  readonly kind: 'outage' | 'critical' | 'failed'
  /** A check with its subject, a task, or the API. */
  readonly what: string
  /** How it was told, on one line. */
  readonly detail: string
  readonly from: Date
  /** When it was seen last; of an outage, when it was over. */
  readonly to: Date
  /** How often it was seen. */
  readonly times: number
  /** It was so when it was last looked. */
  readonly open: boolean
}

/** Reviews only repeat what others found. */
const reviews: readonly string[] = ['architecture-review', 'monthly-review']

/** Outages, what was critical, and tasks that failed, newest first; the same trouble once. */
export function incidentsOf(history: History, availability: Availability): Incident[] {
  const reports = allReports(history).filter(({ task }) => !reviews.includes(task))
  const incidents = [
    ...availability.outages.map((outage) => outageIncident(outage, availability)),
    ...criticalIncidents(reports),
    ...failedIncidents(reports),
  ]
  return incidents.toSorted((a, b) => b.to.getTime() - a.to.getTime())
}

const outageIncident = (
  { downSeconds, from, to, ...outage }: Outage,
  { knownUntil }: Availability,
): Incident => ({
  kind: 'outage',
  what: 'API',
  detail: `${formatValue(downSeconds, 'seconds')} without an answer`,
  from,
  to,
  times: 1,
  // One that ended while nobody looked is over, if it answered later.
  open: outage.open && to.getTime() === knownUntil?.getTime(),
})

interface Seen {
  readonly report: Report
  readonly finding: Finding
}

function criticalIncidents(reports: readonly Report[]): Incident[] {
  const seen = reports.flatMap((report): Seen[] =>
    report.findings.filter(({ status }) => status === 'critical').map((finding) => ({ report, finding })),
  )
  const same = Map.groupBy(seen, ({ finding, report }) =>
    JSON.stringify([report.task, finding.check, finding.subject]),
  )
  return [...same.values()].flatMap((all): Incident[] => {
    const [first, last] = [all[0], all.at(-1)]
    if (first === undefined || last === undefined) return []
    const { check, subject } = last.finding
    const newest = reports.findLast(({ status, task }) => task === last.report.task && status !== 'failed')
    return [
      {
        kind: 'critical',
        what: subject === null ? check : `${check} ${subject}`,
        detail: `${last.finding.title}: ${formatValue(last.finding.actual, last.finding.unit)} (${last.report.task})`,
        from: new Date(first.report.startedAt),
        to: new Date(last.report.startedAt),
        times: all.length,
        open: newest === undefined || newest.run <= last.report.run,
      },
    ]
  })
}

function failedIncidents(reports: readonly Report[]): Incident[] {
  const failed = reports.filter(({ error }) => error !== null)
  return [...Map.groupBy(failed, ({ task }) => task)].flatMap(([task, all]): Incident[] => {
    const [first, last] = [all[0], all.at(-1)]
    if (first === undefined || last === undefined) return []
    const newest = reports.findLast((report) => report.task === task)
    return [
      {
        kind: 'failed',
        what: task,
        detail: last.error === null ? '' : `${last.error.code}: ${last.error.message}`,
        from: new Date(first.startedAt),
        to: new Date(last.startedAt),
        times: all.length,
        open: newest?.run === last.run,
      },
    ]
  })
}
