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
  /** Median of the slopes of all pairs of readings (Theil–Sen): what lies off the line hardly moves it. */
  readonly medianSlopePerDay: number
  /** Share (0–1) of the scatter that it explains, R². */
  readonly fit: number
  /** The longest time between two readings, days. */
  readonly longestGapDays: number
  readonly newest: Point
  /** The value expected at a moment, with the 95 % interval of a single reading. */
  at(moment: Date): Expectation
}

/** When a limit is reached: the earliest, the expected and the latest moment; null where it is not, within ten years. */
export interface Crossing {
  readonly expected: Date | null
  readonly earliest: Date | null
  readonly latest: Date | null
}

/** What a forecast is told from. */
export type Readings = readonly Point[]

/** What a trend is told from at least: days with a reading, and days from the first to the last. */
export const leastHistory = { points: 5, spanDays: 14 } as const
