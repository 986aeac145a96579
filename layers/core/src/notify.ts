import type { Alert } from './ports/alerts.ts'
import { formatValue } from './render/value.ts'
import type { Finding, Report } from './report.ts'

const maxSubject = 100

/**
 * The alert that a report calls for; null when all is well. Critical findings and failures are for
 * those on call, warnings for the team.
 */
export function alertOf(report: Report): Alert | null {
  if (report.status === 'ok') return null
  const worst = report.findings.filter(({ status }) =>
    report.status === 'critical' ? status === 'critical' : status === 'warning' || status === 'unknown',
  )
  const what = report.error?.message ?? worst.map(headline).join('; ')
  return {
    hub: report.hub,
    task: report.task,
    run: report.run,
    audience: report.status === 'warning' ? 'team' : 'on-call',
    severity: report.status,
    subject: oneLine(`${report.status.toUpperCase()} ${report.hub} ${report.task}: ${what}`, maxSubject),
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
