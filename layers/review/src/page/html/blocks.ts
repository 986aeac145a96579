import type { Block } from '../page.ts'
import { chartHtml } from './chart.ts'
import { html, type Markup, unbrokenText } from './markup.ts'
import type { Numbering } from './numbering.ts'
import { tableHtml } from './table.ts'

/** Blocks in their order. */
export async function blocksHtml(blocks: readonly Block[], numbering: Numbering): Promise<Markup[]> {
  const made: Markup[] = []
  for (const block of blocks) made.push(await blockHtml(block, numbering))
  return made
}

async function blockHtml(block: Block, numbering: Numbering): Promise<Markup> {
  switch (block.kind) {
    case 'heading':
      return html`<h3>${block.text}</h3>
`
    case 'paragraph':
      return html`<p>${unbrokenText(block.text)}</p>
`
    case 'list':
      return html`<ul>${block.items.map((item) => html`<li>${unbrokenText(item)}</li>`)}</ul>
`
    case 'table':
      return tableHtml(block, numbering)
    case 'chart':
      return chartHtml(block.chart, numbering)
    case 'figures':
      return figuresHtml(block)
    case 'details':
      return html`<details><summary>${block.summary}</summary><div class="inner">
${await blocksHtml(block.blocks, numbering)}</div></details>
`
  }
}

function figuresHtml({ figures }: Extract<Block, { kind: 'figures' }>): Markup {
  const items = figures.map(
    ({ name, note, value }) =>
      html`<div><dt>${name}</dt><dd class="value">${value}</dd>${note === undefined ? null : html`<dd class="note">${unbrokenText(note)}</dd>`}</div>`,
  )
  return html`<dl class="figures${figures.length % 3 === 0 || figures.length === 5 ? html` by-3` : null}">${items}</dl>
`
}
