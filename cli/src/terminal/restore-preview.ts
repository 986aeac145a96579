import { type Finding, formatBytes, type Report } from '@hubkeeper/core'
import { columns } from './columns.ts'
import { plain } from './plain.ts'
import type { Terminal } from './terminal.ts'

/** What a restore would change, by the report of its dry run, for somebody who decides about it. */
export function previewText(terminal: Terminal, report: Report): string {
  const database = findingOf(report, 'content.preserved')
  const files = findingOf(report, 'files.restored')
  const blocks = [
    database === undefined ? [] : headOf(terminal, report, database),
    database === undefined ? [] : tableOf(terminal, report),
    files === undefined ? [] : filesOf(terminal, files),
  ]
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

const findingOf = ({ findings }: Report, check: string): Finding | undefined =>
  findings.find((finding) => finding.check === check)

/** Which backup, its age and size, and what has to be said of it. */
function headOf(terminal: Terminal, report: Report, { actual, evidence }: Finding): string[] {
  const [now, then] = ['restore.bytes-now', 'restore.bytes-in-backup'].map((name) =>
    valueIn(report, name, null),
  )
  const sizes =
    then === undefined
      ? []
      : [`  ${formatBytes(then)} in the backup${now === undefined ? '' : `, ${formatBytes(now)} now`}`]
  return [
    `  ${terminal.paint('bold', told(actual))}`,
    ...sizes,
    ...evidence.map((line) => `  ${terminal.paint('yellow', plain(line))}`),
  ]
}

/** Here it goes without saying that nothing was done. */
const told = (actual: Finding['actual']): string => plain(String(actual).replace('dry run: ', ''))

const valueIn = ({ figures }: Report, name: string, subject: string | null): number | undefined =>
  figures.find((figure) => figure.name === name && figure.subject === subject)?.value

const rowNames = [
  'table.rows-now',
  'table.rows-in-backup',
  'table.rows-added',
  'table.rows-changed',
  'table.rows-lost',
] as const

/** The tables that differ, a line each; and how many do not. */
function tableOf(terminal: Terminal, report: Report): string[] {
  const rows = report.figures.filter(({ name }) => rowNames.some((known) => known === name))
  const tables = [...new Set(rows.flatMap(({ subject }) => (subject === null ? [] : [subject])))]
  const equal = valueIn(report, 'restore.equal-tables', null)
  const equalLine =
    equal === undefined
      ? []
      : [`  ${terminal.paint('dim', equal === 1 ? '1 table is equal' : `${equal} tables are equal`)}`]
  if (tables.length === 0) return equalLine
  const header = ['table', 'rows now', 'in the backup', 'come back', 'change', 'are lost']
  const lines = tables.map((table) => {
    const [now, then, added, changed, lost] = rowNames.map((name) => valueIn(report, name, table))
    return [
      plain(table),
      now?.toLocaleString('en') ?? (equal === undefined ? '?' : 'absent'),
      then?.toLocaleString('en') ?? 'absent',
      amount(terminal, 'green', '+', added),
      amount(terminal, 'yellow', '~', changed),
      amount(terminal, 'red', '−', lost),
    ]
  })
  const shown = [header.map((cell) => terminal.paint('dim', cell)), ...lines]
  return [columns(shown, '  ', (column) => column > 0), ...equalLine]
}

/** A number of rows with its sign; nothing for none. */
const amount = (
  terminal: Terminal,
  colour: 'green' | 'yellow' | 'red',
  sign: string,
  rows: number | undefined,
): string =>
  rows === undefined || rows === 0 ? '' : terminal.paint(colour, `${sign}${rows.toLocaleString('en')}`)

const filesOf = (terminal: Terminal, { actual, evidence }: Finding): string[] => [
  `  ${told(actual)}`,
  ...evidence.map((line) => `    ${terminal.paint('dim', plain(line))}`),
]
