import type { Alert, Audience } from './ports/alerts.ts'
import { formatValue } from './render/value.ts'
import { type Finding, type Report, statusOf } from './report.ts'

const maxSubject = 100

/** How a report is told. */
export interface Telling {
  /**
   * Who is told of what is critical.
   *
   * @default on-call
   */
  readonly critical?: Audience
  /** Findings that were told before: they stay in the report, and alert nobody again. */
  readonly known?: ReadonlySet<Finding>
}

/**
 * The alert that a report calls for; null when all is well, or nothing of it is new. What is critical is for
 * those on call, as failures are, warnings for the team.
 */
export function alertOf(report: Report, { critical = 'on-call', known }: Telling = {}): Alert | null {
  const news = report.findings.filter((each) => known?.has(each) !== true)
  const severity = statusOf(news, report.error)
  if (severity === 'ok') return null
  const worst = news.filter(({ status }) =>
    severity === 'critical' ? status === 'critical' : status === 'warning' || status === 'unknown',
  )
  const what = report.error?.message ?? worst.map(headline).join('; ')
  return {
    hub: report.hub,
    task: report.task,
    run: report.run,
    audience: severity === 'warning' ? 'team' : severity === 'critical' ? critical : 'on-call',
    severity,
    subject: oneLine(`${severity.toUpperCase()} ${report.hub} ${report.task}: ${what}`, maxSubject),
    body: bodyOf(report, worst),
    deduplicationKey: [report.hub, report.task, report.error?.code ?? checksOf(worst)].join(':'),
    at: new Date(report.finishedAt),
  }
}

/** What was seen. The title says what should be: in an alert it would reassure. */
const headline = ({ actual, check, subject, unit }: Finding): string =>
  `${check}${subject === null ? '' : ` ${subject}`}: ${formatValue(actual, unit)}`

const checksOf = (findings: readonly Finding[]): string =>
  [...new Set(findings.map(({ check, subject }) => (subject === null ? check : `${check}/${subject}`)))]
    .sort()
    .join(',')

/** `text` on one line, without control characters, at most `length` characters. */
function oneLine(text: string, length: number): string {
  const plain = text.replace(/[\p{Cc}\s]+/gu, ' ').trim()
  return plain.length <= length ? plain : `${plain.slice(0, length - 1)}…`
}

function bodyOf(report: Report, worst: readonly Finding[]): string {
  const lines = worst.flatMap((finding) => [
    `- ${finding.status}: ${headline(finding)} (expected ${formatValue(finding.expected, finding.unit)})`,
    ...(finding.advice === null ? [] : [`  what to do: ${finding.advice}`]),
  ])
  const error = report.error === null ? [] : [report.error.message, `what to do: ${report.error.hint}`]
  return [...error, ...lines, `report: ${report.task} ${report.run}, finished ${report.finishedAt}`].join(
    '\n',
  )
}
