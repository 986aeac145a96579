import { dataOf } from '../../chart/data.ts'
import { factsOf } from '../../chart/facts.ts'
import { rooms } from '../../chart/look.ts'
import { type Picture, pictureOf } from '../../chart/picture.ts'
import type { Chart } from '../page.ts'
import { drawn, html, type Markup, unbrokenText } from './markup.ts'
import type { Numbering } from './numbering.ts'
import { tableHtml } from './table.ts'

/** How much of the numbers behind a picture is in the page. */
const mostRows = 200
/** So few are printed as well. */
const mostPrinted = 12

/** A chart: the picture, the same in words, and its numbers when asked for. */
export async function chartHtml(chart: Chart, numbering: Numbering): Promise<Markup> {
  numbering.pictures += 1
  const id = `chart-${numbering.pictures}`
  const facts = factsOf(chart)
  return html`<figure>
<figcaption id="${id}-title">${chart.title}</figcaption>
${await pictureHtml(chart, id)}<ul class="facts" id="${id}-facts">${facts.map((fact) => html`<li>${unbrokenText(fact)}</li>`)}</ul>
${numbersHtml(chart, numbering)}</figure>
`
}

/** The picture for a wide screen and for paper, and the one for a narrow screen: one of them is shown. */
async function pictureHtml(chart: Chart, id: string): Promise<Markup | null> {
  const wide = await pictureOf(chart, `${id}-wide`, rooms.wide)
  const narrow = await pictureOf(chart, `${id}-narrow`, rooms.narrow)
  if (wide === null || narrow === null) return null
  return html`<div class="picture">${svgHtml(wide, id, 'wide')}
${svgHtml(narrow, id, 'narrow')}</div>
`
}

const svgHtml = ({ height, inside, width }: Picture, id: string, room: keyof typeof rooms): Markup =>
  html`<svg class="${room}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-facts">
${drawn(inside)}
</svg>`

/** Whether every number stands in the picture already, with the whole of its name. */
const saysAll = (chart: Chart): boolean =>
  chart.kind === 'bars' && chart.bars.every(({ name }) => [...name].length <= rooms.wide.names.bar)

function numbersHtml(chart: Chart, numbering: Numbering): Markup | null {
  const { header, leftOut, rows } = dataOf(chart, mostRows)
  if (rows.length === 0) return null
  const which = chart.kind === 'line' ? 'older readings' : 'more'
  const caption = `${chart.title}: the numbers${leftOut === 0 ? '' : `; ${leftOut} ${which} are left out`}`
  const right = header.map((_, i) => i).slice(1)
  const paper = rows.length > mostPrinted || saysAll(chart) ? 'unprinted' : 'printed'
  return html`<details class="${paper}"><summary>The numbers as a table</summary><div class="inner">
${tableHtml({ kind: 'table', caption, header, rows, right }, numbering)}</div></details>
`
}
