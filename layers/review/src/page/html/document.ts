import { momentText } from '../../chart/moments.ts'
import type { Page, Section } from '../page.ts'
import { blocksHtml } from './blocks.ts'
import type { Markup } from './markup.ts'
import { drawn, html, unbrokenText } from './markup.ts'
import type { Numbering } from './numbering.ts'
import { statusShape } from './status.ts'
import { style } from './style.ts'

/** Nothing is loaded and nothing runs, whatever a text would want. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

/** From so many sections on there is a list of them, and from so many on it is set in columns. */
const fewSections = 4
const manySections = 9

/**
 * A page as one self-contained document: it loads nothing, runs no script, and is the same for the same
 * page, byte for byte.
 */
export async function htmlOf(page: Page): Promise<string> {
  const numbering: Numbering = { pictures: 0, tables: 0 }
  const sections: Markup[] = []
  for (const [i, section] of page.sections.entries()) sections.push(await sectionHtml(section, i, numbering))
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${page.status}: ${page.title}, ${page.subtitle}</title>
<style>${drawn(style)}</style>
</head>
<body>
<header>
<h1>${page.title}</h1>
<p class="subtitle">${unbrokenText(page.subtitle)}</p>
<div class="verdict is-${page.status}">${statusShape(page.status)}<div><strong>${page.status}</strong><span class="says">${unbrokenText(page.verdict)}</span></div></div>
${contentsHtml(page.sections)}
</header>
<main>
${sections}
</main>
<footer><p>Made by Hubkeeper at <time datetime="${page.generatedAt.toISOString()}">${momentText(page.generatedAt)}</time>. All times are in UTC.</p></footer>
</body>
</html>
`
  return document.source
}

const sectionId = (i: number): string => `section-${i + 1}`

async function sectionHtml(
  { blocks, brief, heading }: Section,
  i: number,
  numbering: Numbering,
): Promise<Markup> {
  return html`<section aria-labelledby="${sectionId(i)}"${brief === true ? html` class="brief"` : null}>
<h2 id="${sectionId(i)}">${heading}</h2>
${await blocksHtml(blocks, numbering)}
</section>
`
}

function contentsHtml(sections: readonly Section[]): Markup | null {
  if (sections.length < fewSections) return null
  const items = sections.map(({ heading }, i) => html`<li><a href="#${sectionId(i)}">${heading}</a></li>`)
  const many = sections.length < manySections ? null : html` class="many"`
  return html`<nav aria-label="Sections"><ul${many}>${items}</ul></nav>`
}
