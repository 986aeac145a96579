import { dataOf } from '../../chart/data.ts'
import { factsOf } from '../../chart/facts.ts'
import { type Picture, pictureOf } from '../../chart/picture.ts'
import type { Chart } from '../page.ts'
import { drawn, html, type Markup } from './markup.ts'
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
  const picture = await pictureOf(chart, id)
  const facts = factsOf(chart)
  return html`<figure>
<figcaption>${chart.title}</figcaption>
${picture === null ? null : pictureHtml(picture, id, chart.title, facts)}
<ul class="facts">${facts.map((fact) => html`<li>${fact}</li>`)}</ul>
${numbersHtml(chart, numbering)}</figure>
`
}

const pictureHtml = (
  { height, inside, width }: Picture,
  id: string,
  title: string,
  facts: readonly string[],
) =>
  html`<div class="picture" tabindex="0" role="group" aria-label="${title}"><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-facts"><title id="${id}-title">${title}</title><desc id="${id}-facts">${facts.join(' ')}</desc>
${drawn(inside)}
</svg></div>`

function numbersHtml(chart: Chart, numbering: Numbering): Markup | null {
  const { header, leftOut, rows } = dataOf(chart, mostRows)
  if (rows.length === 0) return null
  const which = chart.kind === 'line' ? 'older readings' : 'more'
  const caption = `${chart.title}: the numbers${leftOut === 0 ? '' : `; ${leftOut} ${which} are left out`}`
  const right = header.map((_, i) => i).slice(1)
  const unprinted = rows.length > mostPrinted ? html` class="unprinted"` : null
  return html`<details${unprinted}><summary>The numbers as a table</summary><div class="inner">
${tableHtml({ kind: 'table', caption, header, rows, right }, numbering)}</div></details>
`
}
