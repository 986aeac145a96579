import { days } from '@hubkeeper/core'
import jStat from 'jstat'
import { linearRegression, linearRegressionLine, median, sum } from 'simple-statistics'
import { lastOfDays } from './daily.ts'
import { type Expectation, leastHistory, type Readings, type Trend } from './forecast.ts'

/** Share of the readings that an interval holds. */
const confidence = 0.95

/** A trend is told from what is not older, days: a quarter. */
export const trendReach = 92

/**
 * The line of least squares through the last reading of each day, with the intervals that follow from the scatter
 * about it, as if that were the same everywhere and of each reading for itself; or, in words, why there is none.
 *
 * @param reach days before `at` whose readings count
 */
export function trendOf(readings: Readings, at: Date, reach: number = trendReach): Trend | string {
  const daily = lastOfDays(readings, new Date(at.getTime() - days(reach)), at)
  const [first, newest] = [daily[0], daily.at(-1)]
  const spanDays =
    first === undefined || newest === undefined ? 0 : (newest.at.getTime() - first.at.getTime()) / days(1)
  if (newest === undefined || daily.length < leastHistory.points || spanDays < leastHistory.spanDays) {
    return tooFew(daily.length, spanDays)
  }
  // About the middle, so that large numbers that differ by little do not cancel out.
  const middle = daily.reduce((total, point) => total + point.at.getTime(), 0) / daily.length
  const xOf = (moment: Date): number => (moment.getTime() - middle) / days(1)
  const points = daily.map((point): [number, number] => [xOf(point.at), point.value])
  const regression = linearRegression(points)
  const line = linearRegressionLine(regression)
  const left = sum(points.map(([x, y]) => (y - line(x)) ** 2))
  const freedom = points.length - 2
  const spread = sum(points.map(([x]) => x ** 2))
  const scatter = Math.sqrt(left / freedom)
  const t = jStat.studentt.inv((1 + confidence) / 2, freedom)
  const slopeOff = (t * scatter) / Math.sqrt(spread)
  return {
    points: points.length,
    spanDays,
    slopePerDay: regression.m,
    slopeLow: regression.m - slopeOff,
    slopeHigh: regression.m + slopeOff,
    medianSlopePerDay: medianSlope(points),
    fit: fitOf(points, left),
    longestGapDays: longestStep(points),
    newest,
    at(moment: Date): Expectation {
      const x = xOf(moment)
      const value = line(x)
      const off = t * scatter * Math.sqrt(1 + 1 / points.length + x ** 2 / spread)
      return { value, low: value - off, high: value + off }
    },
  }
}

const tooFew = (points: number, spanDays: number): string =>
  `told from readings of ${leastHistory.points} days, over ${leastHistory.spanDays} days at least; so far of ${points}, over ${spanDays.toFixed(0)}`

type Pair = readonly [x: number, y: number]

/** Theil–Sen; at most a quarter of days, so that all pairs are few. */
function medianSlope(points: readonly Pair[]): number {
  const slopes = points.flatMap(([x, y], i) =>
    points.slice(i + 1).map(([later, value]) => (value - y) / (later - x)),
  )
  return median(slopes)
}

/** R²; 1 where nothing scatters but by rounding. */
function fitOf(points: readonly Pair[], left: number): number {
  const mean = sum(points.map(([, y]) => y)) / points.length
  const scatter = sum(points.map(([, y]) => (y - mean) ** 2))
  const rounding = points.length * (mean * 1e-12) ** 2
  return scatter <= rounding ? 1 : Math.min(1, Math.max(0, 1 - left / scatter))
}

const longestStep = (points: readonly Pair[]): number =>
  points.slice(1).reduce((longest, [x], i) => Math.max(longest, x - (points[i]?.[0] ?? x)), 0)
