import { type Finding, formatValue, worstOf } from '@hubkeeper/core'
import type { Page, Section } from '@hubkeeper/review'
import type { AnalysisContext } from '../context.ts'
import type { Measured } from '../measured.ts'
import { sentence, wanting } from './parts.ts'
import { growthSection, sizeSection, summary } from './sizes.ts'
import { apiSection, statementSection, trendSection } from './speed.ts'

/** The analysis as a page for people. */
export function pageOf(
  context: Pick<AnalysisContext, 'at' | 'database' | 'hub' | 'now' | 'run'>,
  measured: Measured,
  findings: readonly Finding[],
): Page {
  const { at, database, hub, now, run } = context
  return {
    title: 'Monthly performance analysis',
    subtitle: `${hub.id}, ${at.toISOString().slice(0, 10)}, run ${run}`,
    status: worstOf(findings),
    verdict: verdictOf(findings),
    sections: [
      summary(measured),
      attention(findings),
      statementSection(measured),
      apiSection(measured),
      sizeSection(measured),
      growthSection(at, database.key, measured),
      trendSection(measured),
    ],
    generatedAt: now(),
  }
}

function verdictOf(findings: readonly Finding[]): string {
  const open = wanting(findings)
  const [worst] = open
  if (worst === undefined) return 'Nothing wants attention.'
  const subject = worst.subject === null ? '' : ` (${worst.subject})`
  const some = open.length === 1 ? 'wants' : 'want'
  return `${open.length} of ${findings.length} checks ${some} attention, first of all: ${worst.title}${subject}.`
}

function attention(findings: readonly Finding[]): Section {
  const open = wanting(findings)
  if (open.length === 0) return { heading: 'What wants attention', blocks: [sentence('Nothing does.')] }
  const rows = open.map(({ actual, expected, status, subject, title, unit }) => [
    { text: status, status },
    title,
    subject ?? '',
    formatValue(expected, unit),
    formatValue(actual, unit),
  ])
  const header = ['status', 'check', 'subject', 'expected', 'actual']
  const reasons = open.flatMap(({ advice, evidence, subject, title }) => {
    const lines = [...evidence, ...(advice === null ? [] : [`what to do: ${advice}`])]
    return lines.map((line) => `${subject ?? title}: ${line}`)
  })
  return {
    heading: 'What wants attention',
    blocks: [
      { kind: 'table', caption: 'Findings, worst first', header, rows },
      ...(reasons.length === 0 ? [] : [{ kind: 'list' as const, items: reasons }]),
    ],
  }
}
