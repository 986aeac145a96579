import { onOneLine, withoutInlineMarkup, withoutMarkup } from '@hubkeeper/core'
import { dataOf } from '../chart/data.ts'
import { factsOf } from '../chart/facts.ts'
import { momentText } from '../chart/moments.ts'
import type { Block, Cell, Chart, Page } from './page.ts'
import { signs } from './signs.ts'

/** So many rows of the numbers behind a chart are in a text. */
const mostRows = 12

/** Text that cannot be taken for Markdown, on one line. */
const plain = (text: string): string => withoutMarkup(onOneLine(text))

/** The same within a line, where nothing begins a list. */
const inline = (text: string): string => withoutInlineMarkup(onOneLine(text))

/** A page as Markdown for mail and chat; charts become their facts and a small table. */
export function markdownOf(page: Page): string {
  const parts = [
    `# ${inline(page.title)}`,
    plain(page.subtitle),
    `**${signs[page.status]} ${page.status}**: ${inline(page.verdict)}`,
    ...page.sections.flatMap(({ blocks, heading }) => [
      `## ${inline(heading)}`,
      ...blocks.flatMap(blockParts),
    ]),
    `Made by Hubkeeper at ${momentText(page.generatedAt)}.`,
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

/** Parts that empty lines stand between. */
function blockParts(block: Block): string[] {
  switch (block.kind) {
    case 'heading':
      return [`### ${inline(block.text)}`]
    case 'paragraph':
      return [plain(block.text)]
    case 'list':
      return [listText(block.items)]
    case 'table':
      return [`**${inline(block.caption)}**`, tableText(block)]
    case 'chart':
      return chartParts(block.chart)
    case 'figures':
      return [
        block.figures
          .map(
            ({ name, note, value }) =>
              `- ${plain(name)}: **${inline(value)}**${note === undefined ? '' : ` (${inline(note)})`}`,
          )
          .join('\n'),
      ]
    case 'details':
      return [`**${inline(block.summary)}**`, ...block.blocks.flatMap(blockParts)]
  }
}

const listText = (items: readonly string[]): string => items.map((item) => `- ${plain(item)}`).join('\n')

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

const cellText = (cell: Cell): string =>
  typeof cell === 'string' ? inline(cell) : `${signs[cell.status]} ${inline(cell.text)}`

function tableText({
  header,
  right = [],
  rows,
}: Omit<Extract<Block, { kind: 'table' }>, 'kind' | 'caption'>) {
  return [
    row(header.map(inline)),
    row(header.map((_, i) => (right.includes(i) ? '---:' : '---'))),
    ...rows.map((cells) => row(cells.map(cellText))),
  ].join('\n')
}

function chartParts(chart: Chart): string[] {
  const { header, leftOut, rows } = dataOf(chart, mostRows)
  const which = chart.kind === 'line' ? 'older readings' : 'more'
  return [
    `**${inline(chart.title)}**`,
    listText(factsOf(chart)),
    ...(rows.length === 0 ? [] : [tableText({ header, rows, right: header.map((_, i) => i).slice(1) })]),
    ...(leftOut === 0 ? [] : [`${leftOut} ${which} are left out.`]),
  ]
}
