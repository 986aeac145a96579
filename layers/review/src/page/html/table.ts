import type { Block, Cell } from '../page.ts'
import { html, type Markup } from './markup.ts'
import type { Numbering } from './numbering.ts'
import { statusShape } from './status.ts'

/** A table of a page. */
export type TableBlock = Extract<Block, { kind: 'table' }>

/** A table with its caption; the first cell of a row names it. Too wide for the page, it is scrolled alone. */
export function tableHtml({ caption, header, right = [], rows }: TableBlock, numbering: Numbering): Markup {
  numbering.tables += 1
  const id = `table-${numbering.tables}`
  const side = (i: number): Markup | null => (right.includes(i) ? html` class="right"` : null)
  const heads = header.map((cell, i) => html`<th scope="col"${side(i)}>${cell}</th>`)
  const lines = rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, i) => (i === 0 ? html`<th scope="row"${side(i)}>${cellHtml(cell)}</th>` : html`<td${side(i)}>${cellHtml(cell)}</td>`))}</tr>
`,
  )
  return html`<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0"><table>
<caption id="${id}">${caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${lines}</tbody>
</table></div>
`
}

const cellHtml = (cell: Cell): Markup =>
  typeof cell === 'string'
    ? html`${cell}`
    : html`<span class="status is-${cell.status}">${statusShape(cell.status)}${cell.text}</span>`
