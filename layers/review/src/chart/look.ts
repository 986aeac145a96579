import { fontSize } from './text-width.ts'

/** What a chart is drawn for: how wide, px, and what of its lettering has room there. */
export interface Room {
  readonly width: number
  /** Letters of a name beside a bar, of a name in the legend, and of the name of a limit. */
  readonly names: { readonly bar: number; readonly legend: number; readonly limit: number }
  /** Ticks on the axis of time. */
  readonly mostTicks: number
}

/** Charts grow and shrink with the page; on a narrow screen another one is shown, for letters would shrink as well. */
export const rooms = {
  wide: { width: 720, names: { bar: 34, legend: 36, limit: 40 }, mostTicks: 6 },
  narrow: { width: 360, names: { bar: 16, legend: 30, limit: 18 }, mostTicks: 3 },
} as const satisfies Record<string, Room>

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
