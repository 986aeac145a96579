import { type Finding, formatValue, type Report, worstFirst } from '@hubkeeper/core'
import { inWords } from '../checklist/words.ts'
import type { Block, Cell, Section } from './page.ts'
import { signs } from './signs.ts'

const isWell = ({ status }: Finding): boolean => status === 'ok' || status === 'skipped'

/** So much of what was found, and of what was expected, is in a verdict, letters. */
const mostLetters = 80

/** The verdict of a report in a sentence or two: how many of what, and what was found at the worst of it. */
export function verdictOf({
  error,
  findings,
}: Pick<Report, 'error'> & { readonly findings: readonly Finding[] }): string {
  if (error !== null) return error.message
  const worst = worstFirst(findings)[0]
  if (worst === undefined) return 'Nothing was there to look at.'
  const count = (status: Finding['status']): number =>
    findings.filter((each) => each.status === status).length
  const told = (['critical', 'warning', 'unknown'] as const).map(
    (status) => [count(status), status, status === 'warning' ? 'warnings' : status] as const,
  )
  const counts = told
    .filter(([number]) => number > 0)
    .map(([number, one, many]) => `${number} ${number === 1 ? one : many}`)
  const skipped = count('skipped')
  if (counts.length === 0) {
    const well = findings.length - skipped
    return `All is well: ${well} of ${well} checks${skipped === 0 ? '' : `; ${skipped} did not apply`}.`
  }
  return `Of ${findings.length} findings: ${counts.join(', ')}. First of all: ${foundAt(worst)}.`
}

/** What was found where something else was wanted: titles say how it should be. */
function foundAt(worst: Finding): string {
  const [found, expected] = [worst.actual, worst.expected].map((value) =>
    value === null ? null : inWords(formatValue(value, worst.unit), mostLetters),
  )
  const said = [
    ...(found === null ? [] : [`found ${found}`]),
    ...(expected === null ? [] : [`expected ${expected}`]),
  ]
  return `“${named(worst)}”: ${said.length === 0 ? worst.status : said.join(', ')}`
}

const named = ({ subject, title }: Finding): string => (subject === null ? title : `${title} (${subject})`)

/** What is wrong, worst first: found and expected, what to do, and the evidence of each. */
export function findingSections(findings: readonly Finding[]): Section[] {
  const wanting = worstFirst(findings).filter((finding) => !isWell(finding))
  if (wanting.length === 0) return []
  return [
    {
      heading: 'What needs attention',
      blocks: [tableOf('Worst first', wanting), ...alike(wanting).flatMap(adviceOf)],
    },
  ]
}

/** What is well, when asked for. */
export function wellSections(findings: readonly Finding[]): Section[] {
  const well = findings.filter(isWell)
  if (well.length === 0) return []
  const blocks = [tableOf('Checks that found nothing wrong', well), ...well.flatMap(evidence)]
  const summary = well.length === 1 ? '1 check' : `${well.length} checks`
  return [{ heading: 'What is well', blocks: [{ kind: 'details', summary, blocks }] }]
}

function tableOf(caption: string, findings: readonly Finding[]): Block {
  const hasSubjects = findings.some(({ subject }) => subject !== null)
  return {
    kind: 'table',
    caption,
    header: ['status', 'check', ...(hasSubjects ? ['of'] : []), 'found', 'expected'],
    rows: findings.map((finding): Cell[] => [
      { text: finding.status, status: finding.status },
      finding.title,
      ...(hasSubjects ? [finding.subject ?? ''] : []),
      formatValue(finding.actual, finding.unit),
      formatValue(finding.expected, finding.unit),
    ]),
  }
}

/** Findings of one check that want the same, each with no more than a line of evidence; any other alone. */
function alike(findings: readonly Finding[]): Finding[][] {
  const same = Map.groupBy(findings, ({ advice, check, evidence: lines, status }, i) =>
    JSON.stringify(lines.length > 1 ? i : [check, status, advice]),
  )
  return [...same.values()]
}

/** What to do, said once for all that want it; then what tells that each is so. */
function adviceOf(findings: readonly Finding[]): Block[] {
  const [first] = findings
  if (
    first === undefined ||
    (first.advice === null && findings.every(({ evidence: lines }) => lines.length === 0))
  )
    return []
  if (findings.length === 1) return advice(first)
  const { status, title } = first
  const items = findings.map(({ evidence: lines, subject }) => [subject ?? title, ...lines].join(': '))
  return [
    { kind: 'heading', text: `${signs[status]} ${status}: ${title} (${findings.length})` },
    ...todo(first),
    { kind: 'list', items },
  ]
}

const todo = ({ advice: text }: Finding): Block[] =>
  text === null ? [] : [{ kind: 'paragraph', text: `What to do: ${text}` }]

/** What to do about a finding, and what tells that it is so. */
function advice(finding: Finding): Block[] {
  return [
    { kind: 'heading', text: `${signs[finding.status]} ${finding.status}: ${named(finding)}` },
    ...todo(finding),
    ...evidenceList(finding),
  ]
}

const evidence = (finding: Finding): Block[] =>
  finding.evidence.length === 0
    ? []
    : [{ kind: 'paragraph', text: `${named(finding)}:` }, ...evidenceList(finding)]

const evidenceList = ({ evidence: items }: Finding): Block[] =>
  items.length === 0 ? [] : [{ kind: 'list', items }]
