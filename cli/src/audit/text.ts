import { type Flaw, plainLine, rulesOf, type Severity, severities } from '@hubkeeper/audit'
import { countOf, formatDuration } from '@hubkeeper/core'
import { columns } from '../terminal/columns.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { RequirementsAudit } from './requirements.ts'

/** The narrowest that the last column becomes, characters. */
const narrowest = 24

/** So many lines, and names in a line, are shown of what could not be judged. */
const shownAtMost = 50

/** An audit for people: flaws worst first, what could not be judged, and the verdict. */
export function auditText(
  terminal: Terminal,
  audit: RequirementsAudit,
  { took, width }: { readonly took: number; readonly width: number },
): string {
  const blocks = [flawTable(terminal, audit.flaws, width), unjudged(terminal, audit)]
  return [
    ...blocks.filter((lines) => lines.length > 0).map((lines) => `${lines.join('\n')}\n`),
    verdict(terminal, audit, took),
  ].join('\n')
}

const header = ['severity', '', 'package', 'flaw', 'fixed in']

function flawTable(terminal: Terminal, flaws: readonly Flaw[], width: number): string[] {
  if (flaws.length === 0) return []
  const sorted = flaws.toSorted(worstFirst)
  const rows = [header, ...sorted.map(cellsOf)]
  const taken = header.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)) + 2)
  const room = width - taken.reduce((sum, each) => sum + each, 0)
  // Where there is no room for what a flaw is, its id has to do.
  const tell = (text: string): string[] => (room < narrowest ? [] : [plainLine(text, room)])
  const head = [...header, ...tell('what it is')].map((cell) => terminal.paint('dim', cell))
  const body = sorted.map((flaw) => [...paintedCells(terminal, flaw), ...tell(flaw.summary)])
  return columns([head, ...body], '', (column) => column === 1).split('\n')
}

const worstFirst = (a: Flaw, b: Flaw): number =>
  severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
  (b.score ?? 0) - (a.score ?? 0) ||
  compare(nameOf(a), nameOf(b)) ||
  compare(a.version, b.version) ||
  compare(a.id, b.id)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const nameOf = ({ ecosystem, package: name }: Flaw): string =>
  plainLine(rulesOf(ecosystem).normalize(name), 60)

const marks = {
  critical: ['✖', 'red'],
  high: ['✖', 'red'],
  unknown: ['?', 'yellow'],
  medium: ['▲', 'yellow'],
  low: ['▲', 'dim'],
  none: ['–', 'dim'],
} as const satisfies Record<Severity, readonly [string, string]>

/** A severity as a sign and its word: never by colour alone. */
const severityText = (severity: Severity): string =>
  `${marks[severity][0]} ${severity === 'unknown' ? 'not rated' : severity}`

function cellsOf(flaw: Flaw): string[] {
  const { fixVersions, id, score, severity, version } = flaw
  const fixed = fixVersions.length === 0 ? 'no fix known' : fixVersions.slice(0, 3).join(', ')
  return [
    severityText(severity),
    score === null ? '' : score.toFixed(1),
    `${nameOf(flaw)} ${plainLine(version, 40)}`,
    plainLine(id, 40),
    plainLine(fixVersions.length > 3 ? `${fixed}, …` : fixed, 40),
  ]
}

function paintedCells({ paint }: Terminal, flaw: Flaw): string[] {
  const [severity = '', score = '', name = '', ...rest] = cellsOf(flaw)
  const [, colour] = marks[flaw.severity]
  return [paint(colour, severity), paint(colour, score), paint('bold', name), ...rest]
}

/** What nobody can say whether it has flaws. */
function unjudged({ paint }: Terminal, { document, inventory, remarks }: RequirementsAudit): string[] {
  const names = [...new Set(inventory.unversioned.map(({ name }) => plainLine(name, 60)))]
  const lines = [
    ...document.invalid.map(({ file, line, reason, text }) => {
      const place = line === null ? plainLine(file) : `${plainLine(file)}:${line}`
      return plainLine(`${place} cannot be read: ${reason}${text === '' ? '' : `: ${text}`}`, 400)
    }),
    ...remarks.map((remark) => plainLine(remark)),
  ]
  const unpinned = `not judged, as no version is pinned: ${bounded(names).join(', ')}`
  return [...bounded(lines), ...(names.length === 0 ? [] : [unpinned])].map((line) =>
    paint('yellow', `? ${line}`),
  )
}

const bounded = (items: readonly string[]): readonly string[] =>
  items.length <= shownAtMost
    ? items
    : [...items.slice(0, shownAtMost), `${(items.length - shownAtMost).toLocaleString('en')} more`]

function verdict(terminal: Terminal, audit: RequirementsAudit, took: number): string {
  const { document, flaws, requests, source } = audit
  const packages = new Set(flaws.map(nameOf)).size
  const counts = severities
    .map((severity) => ({ severity, count: flaws.filter((flaw) => flaw.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ count, severity }) => `${count} ${severity === 'unknown' ? 'not rated' : severity}`)
  const found =
    flaws.length === 0
      ? document.invalid.length > 0 || audit.incomplete
        ? terminal.paint('yellow', '? no known flaw in what could be judged')
        : terminal.paint('green', '✔ no known flaw')
      : terminal.paint('red', `✖ ${countOf(flaws.length, 'flaw')} in ${countOf(packages, 'package')}`)
  const asked = requests === 0 ? '' : `${countOf(requests, 'request')}, `
  return [
    found,
    ...(counts.length === 0 ? [] : [` (${counts.join(', ')})`]),
    `; ${countOf(document.pinned, 'requirement')} pinned, ${document.unpinned} not, ${document.skippedByMarker} skipped by marker`,
    terminal.paint('dim', `; by ${plainLine(source, 200)}, ${asked}${formatDuration(took)}`),
  ].join('')
}
