import type { Finding, Report } from '../report.ts'
import { findingStatuses } from '../status.ts'
import { figureTables } from './figures.ts'
import { onOneLine, withoutMarkup } from './plain.ts'
import { formatValue } from './value.ts'

/** Text that cannot be taken for Markdown, on one line. */
const plain = (text: string): string => withoutMarkup(onOneLine(text))

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

/** Findings, worst first; equal ones in the order of the report. */
export const worstFirst = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted((a, b) => findingStatuses.indexOf(b.status) - findingStatuses.indexOf(a.status))

/** A report as a page of Markdown: verdict, findings worst first, what to do, figures. */
export function reportMarkdown(report: Report): string {
  const sections = [
    [`# ${plain(report.hub)}: ${plain(report.task)}: **${report.status}**`],
    [
      `Run ${report.run}, ${report.startedAt} to ${report.finishedAt}${report.scheduledFor === null ? '' : `, scheduled for ${report.scheduledFor}`}.${report.pretendedAt === undefined ? '' : ` It pretended that it was ${report.pretendedAt}.`}`,
    ],
    report.error === null
      ? []
      : [
          `**${plain(report.error.code)}**: ${plain(report.error.message)}`,
          '',
          `What to do: ${plain(report.error.hint)}`,
        ],
    findingsTable(report.findings),
    advice(report.findings),
    figuresTable(report),
    report.artifacts.length === 0
      ? []
      : ['## Left behind', '', ...report.artifacts.map(({ kind, key }) => `- ${plain(kind)}: ${plain(key)}`)],
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function findingsTable(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return []
  return [
    '## Findings',
    '',
    row(['status', 'check', 'subject', 'expected', 'actual']),
    row(['---', '---', '---', '---', '---']),
    ...worstFirst(findings).map((finding) =>
      row([
        finding.status,
        finding.check,
        plain(finding.subject ?? ''),
        plain(formatValue(finding.expected, finding.unit)),
        plain(formatValue(finding.actual, finding.unit)),
      ]),
    ),
  ]
}

function advice(findings: readonly Finding[]): string[] {
  const wanting = worstFirst(findings).filter(
    (finding) => finding.advice !== null || finding.evidence.length > 0,
  )
  if (wanting.length === 0) return []
  const alike = Map.groupBy(wanting, ({ advice, check, status }) => JSON.stringify([status, check, advice]))
  return ['## What to do and why', '', ...[...alike.values()].flatMap(adviceOf)]
}

/** Advice once for all findings that want the same. */
function adviceOf(findings: readonly Finding[]): string[] {
  const [first] = findings
  if (first === undefined) return []
  const { advice, evidence, subject, title } = first
  const words = advice === null ? '' : `: ${plain(advice)}`
  if (findings.length === 1) {
    const about = subject === null ? '' : ` (${plain(subject)})`
    return [`- **${plain(title)}**${about}${words}`, ...evidence.map((line) => `  - ${plain(line)}`)]
  }
  const each = findings.map(({ evidence, subject }) => {
    const why = evidence.map(plain).join('; ')
    return `  - ${[plain(subject ?? ''), why].filter((part) => part !== '').join(': ') || plain(title)}`
  })
  return [`- **${plain(title)}**${words}`, ...new Set(each)]
}

function figuresTable({ figures }: Report): string[] {
  if (figures.length === 0) return []
  const tables = figureTables(figures).map(({ header, rows }) =>
    [
      row(header.map(plain)),
      row(header.map((_, i) => (i === 0 ? '---' : '---:'))),
      ...rows.map((cells) => row(cells.map(plain))),
    ].join('\n'),
  )
  return ['## Figures', '', tables.join('\n\n')]
}
