import type { Unit } from '@hubkeeper/core'
import type { Band } from '../page/page.ts'
import { byTime, isNumber, isUsable, type LineChart } from './readings.ts'

/** What may be less than nothing. */
const mayBeNegative = new Set<Unit>(['usd', 'percent'])

/**
 * The forecast of a chart as it can be drawn and told, oldest first; null where there is none. There are no sizes
 * and no times below zero, however far a straight line goes down.
 */
export function forecastOf({ forecast, unit }: LineChart): Band | null {
  const usable = forecast?.points.filter(
    (point) => isUsable(point) && isNumber(point.low) && isNumber(point.high),
  )
  if (forecast === undefined || usable === undefined || usable.length === 0) return null
  const floor = mayBeNegative.has(unit) ? Number.NEGATIVE_INFINITY : 0
  const points = byTime(usable).map(({ at, high, low, value }) => ({
    at,
    value: Math.max(floor, value),
    low: Math.max(floor, low),
    high: Math.max(floor, high),
  }))
  return { name: forecast.name, points }
}
