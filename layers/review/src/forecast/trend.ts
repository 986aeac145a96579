import { countOf, days } from '@hubkeeper/core'
import jStat from 'jstat'
import { mean, sum } from 'simple-statistics'
import { bendOf, beyondLine } from './bend.ts'
import { lastOfDays, longestGapDays } from './daily.ts'
import { type Drift, driftOf, type Reading } from './drift.ts'
import { type Expectation, leastHistory, type Readings, type Trend } from './forecast.ts'
import { dropsIn, leapIn } from './steps.ts'

/** Share of the readings that an interval holds. */
const confidence = 0.95

/** A trend is told from what is not older, days: a quarter. */
export const trendReach = 92

/**
 * How the last reading of each day grows, with the intervals that follow from how far they lie from a line and from
 * what each of them tells of the next; or, in words, why that is not told. See {@link driftOf} for the model, {@link
 * dropsIn} for what fell at once, {@link bendOf} for growth that grows.
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
  const dayOf = (moment: Date): number => (moment.getTime() - newest.at.getTime()) / days(1)
  const points = daily.map((point): Reading => [dayOf(point.at), point.value])
  const drops = dropsIn(points)
  const bend = bendOf(points, drops)
  const leap = leapIn(points, drops)
  const drift = bend?.newer ?? driftOf(points, drops)
  const parts = splitAt(points.slice(bend?.from ?? 0), drops)
  const t = jStat.studentt.inv((1 + confidence) / 2, drift.freedom)
  const slopeOff = t * Math.sqrt(drift.slopeVariance)
  return {
    points: points.length,
    spanDays,
    slopePerDay: drift.slope,
    slopeLow: drift.slope - slopeOff,
    slopeHigh: drift.slope + slopeOff,
    fit: fitOf(parts),
    longestGapDays: longestGapDays(daily),
    newest,
    drops: daily.filter((_, i) => drops.has(i)).map((point) => point.at),
    leap: leap === null ? null : { at: daily[leap.index]?.at ?? newest.at, by: leap.by },
    bend: bend === null ? null : { before: bend.before, now: bend.now },
    at(moment: Date): Expectation {
      const ahead = Math.max(0, dayOf(moment))
      const beyond = bend === null ? { least: 0, expected: 0, most: 0 } : beyondLine(bend, ahead)
      const line = drift.level + ahead * drift.slope
      const off = t * Math.sqrt(varianceOf(drift, ahead))
      return { value: line + beyond.expected, low: line + beyond.least - off, high: line + beyond.most + off }
    },
  }
}

/** Of a single reading, so many days after the newest one. */
const varianceOf = (drift: Drift, ahead: number): number =>
  drift.levelVariance +
  2 * ahead * drift.covariance +
  ahead ** 2 * drift.slopeVariance +
  ahead * drift.levelNoise +
  drift.readingNoise

const tooFew = (points: number, spanDays: number): string =>
  `told from readings of ${leastHistory.points} days at least, over ${leastHistory.spanDays} days; so far there are readings of ${countOf(points, 'day')}, over ${spanDays.toFixed(0)}`

/** Readings between the times at which the level changed at once. */
function splitAt(points: readonly Reading[], breaks: ReadonlySet<number>): Reading[][] {
  const edges = [0, ...[...breaks].toSorted((a, b) => a - b), points.length]
  return edges.slice(1).map((end, i) => points.slice(edges[i], end))
}

/** Of a line through the parts, each at its own height, R²; 1 where nothing scatters but by rounding. */
function fitOf(parts: readonly (readonly Reading[])[]): number {
  const off = parts.flatMap((points) => {
    const [x, y] = [mean(points.map(([day]) => day)), mean(points.map(([, value]) => value))]
    return points.map(([day, value]): Reading => [day - x, value - y])
  })
  const rounding = parts.flat().reduce((most, [, value]) => Math.max(most, Math.abs(value)), 0) * 1e-12
  const scatter = sum(off.map(([, y]) => y ** 2))
  if (scatter <= off.length * rounding ** 2) return 1
  return Math.min(1, sum(off.map(([x, y]) => x * y)) ** 2 / (sum(off.map(([x]) => x ** 2)) * scatter))
}
