import type { Point } from '../page/page.ts'

/** A value with the interval that holds it. */
export interface Expectation {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** A trend with how sure it is. */
export interface Trend {
  /** Days with a reading. */
  readonly points: number
  /** From the first to the last of them, days. */
  readonly spanDays: number
  /** Of the unit, a day. */
  readonly slopePerDay: number
  /** The 95 % interval of the slope. */
  readonly slopeLow: number
  readonly slopeHigh: number
  /** Share (0–1) of the scatter that a line explains, R². */
  readonly fit: number
  /** The longest time between two readings, days. */
  readonly longestGapDays: number
  readonly newest: Point
  /** When the level fell at once, or came back: no part of the growth. */
  readonly drops: readonly Date[]
  /** The greatest rise at once that is far more than usual, such as an import: it is part of the growth. */
  readonly leap: { readonly at: Date; readonly by: number } | null
  /** Growth a day in the older and the newer half of the time where it is not the same; else null. */
  readonly bend: { readonly before: number; readonly now: number } | null
  /** The value expected at a moment from the newest reading on, with the 95 % interval of a single reading. */
  at(moment: Date): Expectation
}

/** When a limit is reached: the earliest, the expected and the latest moment; null where it is not, within ten years. */
export interface Crossing {
  /** The newest reading is there: all three are the moment of asking. */
  readonly reached: boolean
  readonly expected: Date | null
  readonly earliest: Date | null
  readonly latest: Date | null
}

/** What a forecast is told from. */
export type Readings = readonly Point[]

/** What a trend is told from at least: days with a reading, and days from the first to the last. */
export const leastHistory = { points: 5, spanDays: 14 } as const
