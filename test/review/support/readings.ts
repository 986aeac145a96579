import { days } from '@hubkeeper/core'
import { type Point, type Trend, trendOf } from '@hubkeeper/review'

/** The moment that forecasts are made at. */
export const at = new Date('2026-12-01T12:00:00.000Z')

/** So many days before. */
export const ago = (count: number): Date => new Date(at.getTime() - days(count))

/** A reading a day at noon, `count` of them, the last one today. */
export const daily = (count: number, valueAt: (day: number) => number): Point[] =>
  Array.from({ length: count }, (_, day) => ({ at: ago(count - 1 - day), value: valueAt(day) }))

/** What readings tell. @throws Error where they tell nothing */
export function toldOf(readings: readonly Point[]): Trend {
  const trend = trendOf(readings, at)
  if (typeof trend === 'string') throw new Error(trend)
  return trend
}
