import { fontSize } from './text-width.ts'

/** How wide charts are drawn, px; they grow and shrink with the page. */
export const chartWidth = 720

/**
 * Colours are variables of the page, so that one picture serves light, dark and paper; each has one for
 * where the picture stands alone.
 */
export const colours = {
  ink: 'var(--ink, #1d2329)',
  muted: 'var(--muted, #55606b)',
  rule: 'var(--rule, #d5dae0)',
  paper: 'var(--paper, #ffffff)',
  limit: 'var(--critical, #b3261e)',
} as const

/** A series differs from the others by its shape and its dashes as much as by its colour. */
export const manners = [
  { colour: 'var(--series-1, #1f63b5)', symbol: 'circle', dashes: 'solid' },
  { colour: 'var(--series-2, #b4540a)', symbol: 'rect', dashes: [7, 3] },
  { colour: 'var(--series-3, #0f766e)', symbol: 'triangle', dashes: [2, 3] },
  { colour: 'var(--series-4, #8a3b9c)', symbol: 'diamond', dashes: [9, 3, 2, 3] },
  { colour: 'var(--series-5, #6b6300)', symbol: 'roundRect', dashes: [4, 2] },
  { colour: 'var(--series-6, #a3304f)', symbol: 'arrow', dashes: [1, 2] },
] as const

/** The lettering of charts. */
export const letters = { color: colours.muted, fontSize, fontFamily: 'system-ui, sans-serif' } as const

/** Lettering that stays readable over lines. */
export const lettersOverLines = {
  ...letters,
  color: colours.ink,
  textBorderColor: colours.paper,
  textBorderWidth: 3,
} as const
