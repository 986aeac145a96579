import {
  type Finding,
  figureTables,
  formatDuration,
  formatValue,
  type Report,
  type Run,
  worstFirst,
} from '@hubkeeper/core'
import { columns } from './columns.ts'
import { shortTime } from './moment.ts'
import { plain } from './plain.ts'
import { statusMark } from './status-mark.ts'
import type { Terminal } from './terminal.ts'

const durationOf = (from: string, to: string): string => formatDuration(Date.parse(to) - Date.parse(from))

/** A run for people: each report, then the verdict. */
export function runText(terminal: Terminal, run: Run): string {
  const reports = run.reports.map((report) => reportText(terminal, report))
  if (run.reports.length === 1) return reports.join('\n')
  const verdict = `${statusMark(terminal, run.status)}  ${run.reports.length} tasks in ${durationOf(run.startedAt, run.finishedAt)}`
  return [...reports, verdict].join('\n\n')
}

/** A report of earlier, which says when that was; see {@link reportText}. */
export const storedReportText = (terminal: Terminal, report: Report): string =>
  reportText(terminal, report, [
    `began at ${shortTime(report.startedAt)} UTC${report.scheduledFor === null ? '' : `, for ${shortTime(report.scheduledFor)} UTC`}`,
  ])

/** A report for people: verdict, findings worst first with what to do, figures, documents beside it. */
export function reportText(terminal: Terminal, report: Report, remarks: readonly string[] = []): string {
  const { paint } = terminal
  const head = [
    statusMark(terminal, report.status),
    paint('bold', report.task),
    `of ${report.hub}`,
    paint('dim', `in ${durationOf(report.startedAt, report.finishedAt)}, run ${report.run}`),
  ].join(' ')
  const error =
    report.error === null
      ? []
      : [`  ${paint('red', plain(report.error.message))}`, `  what to do: ${plain(report.error.hint)}`]
  return [
    head,
    ...[
      ...remarks,
      ...(report.pretendedAt === undefined ? [] : [`it pretended that it was ${report.pretendedAt}`]),
    ].map((remark) => `  ${paint('dim', remark)}`),
    ...error,
    ...findingLines(terminal, report.findings),
    ...figureLines(terminal, report),
    ...documentLines(terminal, report),
  ].join('\n')
}

/** Documents that the run gave beside its report, by key. */
function documentLines({ paint }: Terminal, { artifacts }: Report): string[] {
  const documents = artifacts.filter(({ kind }) => kind === 'attachment')
  if (documents.length === 0) return []
  return ['', ...documents.map(({ key }) => `  ${paint('dim', 'beside it:')} ${plain(key)}`)]
}

function findingLines(terminal: Terminal, findings: readonly Finding[]): string[] {
  if (findings.length === 0) return []
  const sorted = worstFirst(findings)
  const rows = sorted.map((finding) => [
    statusMark(terminal, finding.status),
    finding.check,
    plain(finding.subject ?? ''),
    actualOf(finding),
  ])
  // Advice follows its own line, so the aligned table is taken apart again.
  return columns(rows, '  ')
    .split('\n')
    .flatMap((line, i) => [line, ...detailsOf(terminal, sorted[i], sorted[i + 1])])
}

function actualOf({ actual, expected, status, unit }: Finding): string {
  const seen = plain(formatValue(actual, unit))
  if (typeof actual !== 'number' || expected === null || status === 'ok') return seen
  return `${seen} (${typeof expected === 'number' ? 'limit' : 'expected'} ${plain(formatValue(expected, unit))})`
}

function detailsOf(terminal: Terminal, finding: Finding | undefined, next: Finding | undefined): string[] {
  if (finding === undefined) return []
  // All of it is in the kept report; on the terminal, what is well needs no proof.
  if (finding.status === 'ok' && finding.check !== 'content.preserved') return []
  const quiet = finding.status === 'skipped'
  const evidence = finding.evidence.map((line) => terminal.paint('dim', `      ${plain(line)}`))
  // Of findings one after the other that want the same, the last one says it.
  const isSaid = next?.check === finding.check && next.advice === finding.advice
  const advice =
    quiet || finding.advice === null || isSaid ? [] : [`      what to do: ${plain(finding.advice)}`]
  return [...evidence, ...advice]
}

/** Figures that no finding has shown already. */
function figureLines(terminal: Terminal, { figures, findings }: Report): string[] {
  const shown = new Set(findings.map(({ check }) => check))
  return figureTables(figures.filter(({ name }) => !shown.has(name))).flatMap(({ header, rows }) => [
    '',
    columns([header.map((cell) => terminal.paint('dim', cell)), ...rows.map((row) => row.map(plain))], '  '),
  ])
}
