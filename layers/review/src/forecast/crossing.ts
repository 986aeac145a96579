import { days } from '@hubkeeper/core'
import type { Crossing, Trend } from './forecast.ts'

/** What is farther away is not told, days: ten years. */
const horizon = 3650

/** How far apart it is looked first, days; between, it is narrowed down. */
const step = 5

/** As near as a date is told, days. */
const precision = 0.01

/**
 * When a trend reaches a limit from below. All three are `at` where the newest reading is there by now.
 *
 * The expected moment is where the expected value is; the earliest, where the upper end of the interval of a single reading
 * is; the latest, where the lower end is: a reading above the limit falls outside of the two only seldom.
 */
export function crossingOf(trend: Trend, limit: number, at: Date): Crossing {
  if (trend.newest.value >= limit) return { reached: true, expected: at, earliest: at, latest: at }
  const firstAbove = (of: 'value' | 'low' | 'high'): Date | null => {
    const above = (day: number): boolean => trend.at(after(at, day))[of] >= limit
    const day = firstDay(above)
    return day === null ? null : after(at, day)
  }
  return {
    reached: false,
    expected: firstAbove('value'),
    earliest: firstAbove('high'),
    latest: firstAbove('low'),
  }
}

const after = (at: Date, day: number): Date => new Date(at.getTime() + days(day))

/** The first day from now on which something holds that holds from then on for some time; null within the horizon. */
function firstDay(holds: (day: number) => boolean): number | null {
  if (holds(0)) return 0
  for (let day = step; day <= horizon; day += step) {
    if (!holds(day)) continue
    let [before, from] = [day - step, day]
    while (from - before > precision) {
      const middle = (before + from) / 2
      if (holds(middle)) from = middle
      else before = middle
    }
    return from
  }
  return null
}
