import type { Unit } from '@hubkeeper/core'
import type { Limit } from '../page/page.ts'
import { isNumber } from './readings.ts'

/** Lowest and highest of values; null when there are none. */
export interface Range {
  readonly low: number
  readonly high: number
}

/** The range of numbers, without spreading them: there may be many. */
export function rangeOf(values: Iterable<number>): Range | null {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return low <= high ? { low, high } : null
}

/**
 * Limits that can be drawn without making a flat line of the values, and those that lie too far off. Of a share
 * the whole is always near: how much of it is left is what its picture is for.
 */
export function limitsNear(limits: readonly Limit[], { high, low }: Range, unit: Unit) {
  const usable = limits.filter(({ value }) => isNumber(value))
  const span = Math.max(high - low, 0.02 * Math.abs(high))
  const top = Math.max(4 * high, low + 4 * span, unit === 'percent' ? 100 : -Infinity)
  const isNear = ({ value }: Limit): boolean => (value >= low ? value <= top : value >= high - 4 * span)
  return { near: usable.filter(isNear), far: usable.filter((limit) => !isNear(limit)) }
}
