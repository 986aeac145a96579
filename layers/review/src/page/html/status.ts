import { type Status, shapes } from '../signs.ts'
import { html, type Markup } from './markup.ts'

/** The shape of a status; its word stands beside it. */
export const statusShape = (status: Status): Markup =>
  html`<svg viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path class="outline" d="${shapes[status].outline}"/><path class="inside" d="${shapes[status].inside}"/></svg>`
