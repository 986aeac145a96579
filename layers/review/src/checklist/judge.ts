import {
  type CheckId,
  type Finding,
  type FindingStatus,
  formatValue,
  isCheckId,
  type Report,
  worstFirst,
} from '@hubkeeper/core'
import { momentText } from '../chart/moments.ts'
import { type Evidence, usually, type Word } from './evidence.ts'
import { inWords } from './words.ts'

/** What is left of a task in the time of a checklist. */
export interface NewestReport {
  /** Null where there is none, or none that counts. */
  readonly report: Report | null
  /** Why the newest one does not count, in words; null where it does, or there is none. */
  readonly refused: string | null
  readonly since: Date
}

/** What one piece of evidence says, and how bad it is that it says no. */
export interface Judgement {
  readonly word: Exclude<Word, 'beside'>
  readonly status: Extract<FindingStatus, 'ok' | 'warning' | 'critical'>
  readonly lines: readonly string[]
}

/** Findings that are told of one report. */
const most = 3

/** What the newest report of a task says. It rules: an older one that says something else counts no more. */
export function judgeEvidence(evidence: Evidence, { refused, report, since }: NewestReport): Judgement {
  const { task } = evidence
  if (refused !== null) return silent(`the newest report of ${task} ${refused}`)
  if (report === null) return silent(`no run of ${task} since ${momentText(since)}`)
  if (evidence.kind === 'findings') return judgeFindings(evidence, report)
  if (report.error !== null) return no('critical', failureOf(report))
  if (evidence.kind === 'done') return yes(`${sourceOf(report)}: ${countsOf(report)}`)
  const document = report.artifacts.find(({ key }) => evidence.key.test(key))
  return document === undefined
    ? no('warning', `${sourceOf(report)} left no ${evidence.what}`)
    : yes(`${sourceOf(report)}: ${inWords(document.key)}`)
}

const silent = (...lines: readonly string[]): Judgement => ({ word: 'silent', status: 'warning', lines })
const yes = (...lines: readonly string[]): Judgement => ({ word: 'yes', status: 'ok', lines })
const no = (status: 'warning' | 'critical', ...lines: readonly string[]): Judgement => ({
  word: 'no',
  status,
  lines,
})

interface Told {
  readonly finding: Finding
  readonly word: Word
}

function judgeFindings(evidence: Extract<Evidence, { kind: 'findings' }>, report: Report): Judgement {
  const told = report.findings.flatMap((finding): Told[] => {
    const word = wordOf(evidence, finding, report)
    return word === null ? [] : [{ finding, word }]
  })
  const saying = (word: Word): readonly Finding[] =>
    told.filter((each) => each.word === word).map(({ finding }) => finding)
  const lines = (findings: readonly Finding[]): string[] => [`${sourceOf(report)}:`, ...linesOf(findings)]
  const against = saying('no')
  if (against.length > 0) {
    const isCritical = against.some(({ status }) => status === 'critical')
    return no(isCritical ? 'critical' : 'warning', ...lines(against))
  }
  // What a run found before it failed is not all of it.
  if (report.error !== null) {
    const failure = failureOf(report)
    return evidence.failure === 'no' ? no('critical', failure) : silent(failure)
  }
  for (const word of ['silent', 'yes', 'inapplicable'] as const) {
    const findings = saying(word)
    if (findings.length > 0)
      return { word, status: word === 'yes' ? 'ok' : 'warning', lines: lines(findings) }
  }
  return silent(`${sourceOf(report)} says nothing of it`)
}

/** Null for a finding of another check. */
function wordOf(
  { checks }: Extract<Evidence, { kind: 'findings' }>,
  finding: Finding,
  report: Report,
): Word | null {
  const check: CheckId | null = isCheckId(finding.check) ? finding.check : null
  const words = check === null ? undefined : checks[check]
  if (words === undefined) return null
  const word = words[finding.status] ?? usually[finding.status]
  return typeof word === 'function' ? word(finding, report) : word
}

function linesOf(findings: readonly Finding[]): string[] {
  const lines = worstFirst(findings).slice(0, most).map(lineOf)
  return findings.length > most ? [...lines, `and ${findings.length - most} more`] : lines
}

/** `database.integrity knowledge/hub.db: 3, critical`. */
function lineOf({ actual, check, status, subject, unit }: Finding): string {
  const of = subject === null ? check : `${check} ${inWords(subject)}`
  return `${of}: ${inWords(formatValue(actual, unit))}${status === 'ok' ? '' : `, ${status}`}`
}

/** `health-check of 2026-12-01 09:00 UTC (run 01K…)`. */
const sourceOf = ({ run, startedAt, task }: Report): string =>
  `${inWords(task)} of ${momentText(new Date(startedAt))} (run ${inWords(run)})`

const failureOf = (report: Report): string =>
  `${sourceOf(report)} failed: ${inWords(report.error?.message ?? 'it does not say why')}`

/** `warning, 2 of 20 findings wanting`. */
function countsOf({ findings, status }: Report): string {
  const wanting = findings.filter((each) => each.status !== 'ok' && each.status !== 'skipped').length
  return wanting === 0 ? status : `${status}, ${wanting} of ${findings.length} findings want attention`
}
