import { days, formatValue, type Unit } from '@hubkeeper/core'
import type { Band } from '../page/page.ts'
import type { Crossing, Trend } from './forecast.ts'

/** A gap that is told of, as so many times the usual step between readings. */
const notableGap = 3

/** An amount with its sign: `+1.2 MiB`. */
export function signedText(value: number, unit: Unit): string {
  // Whole ones: a part of a byte or of a row says nothing.
  const amount = Math.abs(unit === 'seconds' || unit === 'percent' ? value : Math.round(value))
  if (amount === 0) return formatValue(0, unit)
  return `${value < 0 ? '−' : '+'}${formatValue(amount, unit)}`
}

/** A rate with its sign: `+1.2 MiB a day`. */
export const rateText = (perDay: number, unit: Unit): string => `${signedText(perDay, unit)} a day`

/** What a trend says and how sure that is, a sentence a line. */
export function trendLines(trend: Trend, unit: Unit): string[] {
  const { fit, longestGapDays, points, slopeHigh, slopeLow, slopePerDay, spanDays } = trend
  const interval = `95 % interval ${rateText(slopeLow, unit)} to ${rateText(slopeHigh, unit)}`
  return [
    `${rateText(slopePerDay, unit)}, ${interval}; from ${points} days with a reading in ${spanDays.toFixed(0)}, R² ${fit.toFixed(2)}`,
    ...bendLines(trend, unit),
    ...(trend.drops.length === 0
      ? []
      : [`the level changed at once on ${trend.drops.map(dateText).join(' and ')}: no part of that growth`]),
    ...(trend.leap === null
      ? []
      : [
          `${formatValue(trend.leap.by, unit)} of it came at once, by ${dateText(trend.leap.at)}: if that was once only, expect less`,
        ]),
    ...(longestGapDays > notableGap * usualStep(trend) && longestGapDays > 2
      ? [`without a reading for ${longestGapDays.toFixed(0)} days between two of them`]
      : []),
  ]
}

/** The usual time between two readings, days. */
const usualStep = ({ points, spanDays }: Trend): number => spanDays / (points - 1)

/** Whether growth grows or slows. */
function bendLines({ bend }: Trend, unit: Unit): string[] {
  if (bend === null) return []
  const { before, now } = bend
  const halves = `${rateText(before, unit)} in the older half of the time, ${rateText(now, unit)} in the newer`
  if (now > before && now > 0) {
    return [`growth itself grows: ${halves}; expected is that it goes on growing for as long again`]
  }
  if (now <= 0) return [`growth is another than before: ${halves}, which alone counts`]
  return [`growth slows: ${halves}, which alone counts; it may go on slowing`]
}

/** That nobody has measured for long, in words; null where the newest reading is as new as they usually are. */
export function ageText(trend: Trend, at: Date): string | null {
  const age = (at.getTime() - trend.newest.at.getTime()) / days(1)
  if (age <= Math.max(7, notableGap * usualStep(trend))) return null
  return `the newest reading is of ${dateText(trend.newest.at)}, ${age.toFixed(0)} days ago`
}

const dateText = (moment: Date): string => moment.toISOString().slice(0, 10)

/** Whole days until a moment, never less than none. */
export const daysTo = (moment: Date, at: Date): number =>
  Math.max(0, Math.floor((moment.getTime() - at.getTime()) / days(1)))

/** When a limit is reached, in words: `2027-03-01, in 90 days (2027-02-10 to 2027-03-30)`. */
export function crossingText({ earliest, expected, latest, reached }: Crossing, at: Date): string {
  if (reached) return 'it is reached'
  const end = latest === null ? 'never, as far as can be told' : dateText(latest)
  if (expected === null) {
    return earliest === null ? 'not within 10 years' : `not expected; ${dateText(earliest)} at the earliest`
  }
  const left = daysTo(expected, at)
  const count = left === 0 ? 'any day now' : left === 1 ? 'in 1 day' : `in ${left.toLocaleString('en')} days`
  return `${dateText(expected)}, ${count} (${earliest === null ? '–' : dateText(earliest)} to ${end})`
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
  return { name: 'forecast (95 % interval)', points }
}
