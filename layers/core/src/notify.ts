import type { Alert, Audience } from './ports/alerts.ts'
import { worstFirst } from './render/markdown.ts'
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
  const troubles = worstFirst(news).filter(isTrouble)
  // With a failure all of them are told: it may hide what is critical.
  const worst = severity === 'critical' ? troubles.filter(isCritical) : troubles
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

/**
 * The alerts that a report calls for: one, where all of it is for the same people. Where what is critical is for others
 * than failures are, each are told what is theirs: what is left out now is known the next time, and never told.
 */
export function alertsOf(report: Report, telling: Telling = {}): Alert[] {
  const { critical = 'on-call' } = telling
  const parts = critical === 'on-call' ? [report] : partsOf(report)
  return parts.map((part) => alertOf(part, telling)).filter((alert) => alert !== null)
}

/** The failure, what is critical, and the rest. */
const partsOf = (report: Report): Report[] => [
  { ...report, findings: [] },
  { ...report, error: null, findings: report.findings.filter(isCritical) },
  { ...report, error: null, findings: report.findings.filter((each) => !isCritical(each)) },
]

const isCritical = ({ status }: Finding): boolean => status === 'critical'

const isTrouble = ({ status }: Finding): boolean =>
  status === 'critical' || status === 'warning' || status === 'unknown'

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
