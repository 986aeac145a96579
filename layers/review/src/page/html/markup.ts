import { onOneLine } from '@hubkeeper/core'
import { unbroken } from './unbroken.ts'

/** HTML that is safe to put into a page: only {@link html} and {@link drawn} make it. */
export class Markup {
  readonly source: string
  constructor(source: string) {
    this.source = source
  }
}

/** What can stand in a template: texts are escaped, markup is not. */
type Part = string | number | Markup | null | readonly Part[]

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Any text as one line in which nothing is taken for HTML, in an element as in a quoted attribute. */
export const escaped = (text: string): string =>
  onOneLine(text).replace(/[&<>"']/g, (sign) => entities[sign] ?? sign)

function sourceOf(part: Part): string {
  if (part === null) return ''
  if (part instanceof Markup) return part.source
  if (typeof part === 'string') return escaped(part)
  return typeof part === 'number' ? String(part) : part.map(sourceOf).join('')
}

/** HTML from a template: whatever is put into it is text, unless it is markup itself. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Markup =>
  new Markup(strings.map((string, i) => string + sourceOf(parts[i] ?? null)).join(''))

/** A text in which no day, and no amount, is broken at the end of a line. */
export const unbrokenText = (text: string): Markup =>
  new Markup(
    escaped(text).replace(unbroken, (part) =>
      /^\d{4}-/.test(part) ? `<time>${part}</time>` : `<span class="amount">${part}</span>`,
    ),
  )

/** What a renderer of pictures made, which has escaped every text of it. */
export const drawn = (svg: string): Markup => new Markup(svg)
