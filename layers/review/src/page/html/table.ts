import type { Block, Cell } from '../page.ts'
import { type Column, columnsOf, goodWidth, isBroad, isDense, isScrolled, isSign } from './columns.ts'
import { html, type Markup, unbrokenText } from './markup.ts'
import type { Numbering } from './numbering.ts'
import { statusShape } from './status.ts'

/** A table of a page. */
export type TableBlock = Extract<Block, { kind: 'table' }>

/** A table with its caption; the first cell of a row names it. Too wide for the page, it is scrolled alone. */
export function tableHtml(table: TableBlock, numbering: Numbering): Markup {
  numbering.tables += 1
  const id = `table-${numbering.tables}`
  const columns = columnsOf(table)
  const heads = table.header.map(
    (cell, i) => html`<th scope="col"${classOf(columns[i])}${widthOf(columns[i])}>${cell}</th>`,
  )
  const lines = table.rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, i) => (i === 0 ? html`<th scope="row"${classOf(columns[i])}>${cellHtml(headOf(cell))}</th>` : html`<td${classOf(columns[i])}>${cellHtml(cell)}</td>`))}</tr>
`,
  )
  // Who has no mouse scrolls it with the arrow keys; what is never scrolled is no stop on the way.
  const scrolled = isScrolled(columns)
    ? html` role="group" aria-labelledby="${id}" tabindex="0" style="--good:${goodWidth(columns)}px"`
    : null
  return html`<div class="scroll"${scrolled}><table class="${isBroad(columns) ? 'broad' : 'slim'}${isDense(columns) ? html` dense` : null}">
<caption id="${id}">${table.caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${lines}</tbody>
</table></div>
`
}

const widthOf = (column: Column | undefined): Markup | null =>
  column === undefined ? null : html` style="min-width:${Math.max(2, column.least)}ch"`

function classOf(column: Column | undefined): Markup | null {
  if (column === undefined || !column.isRight) return null
  return column.isWhole ? html` class="right whole"` : html` class="right"`
}

/** The name of a row; that there is none is seen, and heard. */
const headOf = (cell: Cell): Cell => (cell === '' ? '–' : cell)

function cellHtml(cell: Cell): Markup {
  if (typeof cell === 'string') return unbrokenText(cell)
  const says = isSign(cell) ? null : html` sentence`
  return html`<span class="status is-${cell.status}${says}">${statusShape(cell.status)}${unbrokenText(cell.text)}</span>`
}
