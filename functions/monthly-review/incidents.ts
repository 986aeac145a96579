import { type Finding, formatValue, type Report } from '@hubkeeper/core'
import { type Availability, allReports, type History, inWords, type Outage } from '@hubkeeper/review'
import { reviews } from '../architecture-review/context.ts'

/** Something that went wrong in a time. */
export interface Incident {
  readonly kind: 'outage' | 'critical' | 'failed'
  /** What has it in common with others of its kind: the check, the task, or the API. */
  readonly group: string
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

/** Of what others say, so much is told. */
const mostLetters = 400

/**
 * Outages, what was critical, and tasks that failed, newest first; the same trouble once.
 *
 * @param history of the time that is told of
 * @param availability of that time at least
 */
export function incidentsOf(history: History, availability: Availability): Incident[] {
  const reports = allReports(history).filter(({ task }) => !reviews.includes(task))
  const incidents = [
    ...availability.outages
      .filter(({ to }) => to > history.from)
      .map((outage) => outageIncident(outage, availability)),
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
  group: 'API',
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
  const same = Map.groupBy(seen, ({ finding }) => JSON.stringify([finding.check, finding.subject]))
  return [...same.values()].flatMap((all): Incident[] => {
    const [first, last] = [all[0], all.at(-1)]
    if (first === undefined || last === undefined) return []
    const { check, subject } = last.finding
    const tasks = [...new Set(all.map(({ report }) => report.task))]
    const later = reports.filter(({ run, status }) => run > last.report.run && status !== 'failed')
    return [
      {
        kind: 'critical',
        group: check,
        what: subject === null ? check : `${check} ${inWords(subject)}`,
        detail: `${inWords(detailOf(last.finding), mostLetters)} (${tasks.join(', ')})`,
        from: new Date(first.report.startedAt),
        to: new Date(last.report.startedAt),
        times: all.length,
        open: !later.some((report) => saysItIsOver(report, last.finding, tasks)),
      },
    ]
  })
}

/**
 * Whether a later report says that trouble is over: that it looked and it is not so, or, where what is well is not
 * told, one of a task that would tell. One that could not look says nothing.
 */
function saysItIsOver(
  { findings, task }: Report,
  { check, subject }: Finding,
  tasks: readonly string[],
): boolean {
  const told = findings.filter((each) => each.check === check)
  const same = told.find((each) => each.subject === subject)
  if (same !== undefined) return same.status === 'ok' || same.status === 'warning'
  return tasks.includes(task) && told.every(({ status }) => status !== 'unknown')
}

/** What was seen; the title says how it should be. */
const detailOf = ({ actual, title, unit }: Finding): string =>
  actual === null ? `not so: ${title}` : formatValue(actual, unit)

function failedIncidents(reports: readonly Report[]): Incident[] {
  const failed = reports.filter(({ error }) => error !== null)
  return [...Map.groupBy(failed, ({ task }) => task)].flatMap(([task, all]): Incident[] => {
    const [first, last] = [all[0], all.at(-1)]
    if (first === undefined || last === undefined) return []
    const newest = reports.findLast((report) => report.task === task)
    return [
      {
        kind: 'failed',
        group: task,
        what: task,
        detail: last.error === null ? '' : inWords(`${last.error.code}: ${last.error.message}`, mostLetters),
        from: new Date(first.startedAt),
        to: new Date(last.startedAt),
        times: all.length,
        open: newest?.run === last.run,
      },
    ]
  })
}
