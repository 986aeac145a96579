import { days, formatValue, type Unit } from '@hubkeeper/core'
import type { Band } from '../page/page.ts'
import type { Crossing, Trend } from './forecast.ts'

/** A gap that is told of, as so many times the usual step between readings. */
const notableGap = 3

/** A rate with its sign: `+1.2 MiB a day`. */
export const rateText = (perDay: number, unit: Unit): string => {
  // Whole ones: a part of a byte or of a row says nothing.
  const amount = Math.abs(unit === 'seconds' || unit === 'percent' ? perDay : Math.round(perDay))
  if (amount === 0) return `${formatValue(0, unit)} a day`
  return `${perDay < 0 ? '−' : '+'}${formatValue(amount, unit)} a day`
}

/** What a trend says and how sure that is, a sentence a line. */
export function trendLines(trend: Trend, unit: Unit): string[] {
  const { fit, longestGapDays, medianSlopePerDay, points, slopeHigh, slopeLow, slopePerDay, spanDays } = trend
  const interval = `95 % interval ${rateText(slopeLow, unit)} to ${rateText(slopeHigh, unit)}`
  const usual = spanDays / (points - 1)
  return [
    `${rateText(slopePerDay, unit)}, ${interval}; by least squares over ${points} days with a reading in ${spanDays.toFixed(0)}, R² ${fit.toFixed(2)}`,
    ...(isCarriedByFew(trend)
      ? [`few readings carry that slope: the median of all slopes is ${rateText(medianSlopePerDay, unit)}`]
      : []),
    ...(longestGapDays > notableGap * usual && longestGapDays > 2
      ? [`without a reading for ${longestGapDays.toFixed(0)} days between two of them`]
      : []),
  ]
}

/** Whether the robust slope lies outside of the interval of the other: a step or an outlier moved the line. */
export const isCarriedByFew = ({ medianSlopePerDay, slopeHigh, slopeLow, slopePerDay }: Trend): boolean =>
  (medianSlopePerDay < slopeLow || medianSlopePerDay > slopeHigh) &&
  Math.abs(medianSlopePerDay - slopePerDay) > Math.abs(slopePerDay) / 10

const dateText = (moment: Date): string => moment.toISOString().slice(0, 10)

/** Whole days until a moment, never less than none. */
export const daysTo = (moment: Date, at: Date): number =>
  Math.max(0, Math.floor((moment.getTime() - at.getTime()) / days(1)))

/** When a limit is reached, in words: `2027-03-01, in 90 days (2027-02-10 to 2027-03-30)`. */
export function crossingText({ earliest, expected, latest }: Crossing, at: Date): string {
  if (expected !== null && expected.getTime() === at.getTime()) return 'it is reached'
  const end = latest === null ? 'never, as far as can be told' : dateText(latest)
  if (expected === null) {
    return earliest === null ? 'not within 10 years' : `not expected; ${dateText(earliest)} at the earliest`
  }
  const left = daysTo(expected, at)
  const count = left === 1 ? '1 day' : `${left.toLocaleString('en')} days`
  return `${dateText(expected)}, in ${count} (${earliest === null ? '–' : dateText(earliest)} to ${end})`
}

/** How many points a band is drawn with. */
const drawn = 12

/** A trend as a chart shows it: from its newest reading to so many days after `at`. */
export function bandOf(trend: Trend, at: Date, ahead: number): Band {
  const from = trend.newest.at.getTime()
  const to = at.getTime() + days(ahead)
  const points = Array.from({ length: drawn }, (_, i) => {
    const moment = new Date(from + ((to - from) * i) / (drawn - 1))
    return { at: moment, ...trend.at(moment) }
  })
  return { name: 'forecast, with 95 % interval', points }
}
