import {
  changePercent,
  days,
  type Figure,
  type Finding,
  finding,
  formatValue,
  type HubConfig,
  measured,
  median,
} from '@hubkeeper/core'
import { longestGapDays, nameOfSeries, type Point } from '@hubkeeper/review'
import type { Earlier } from './earlier.ts'

/** Figures that tell how fast the hub is. */
const speeds: readonly string[] = ['api.p95', 'database.query-time']

/** The latest readings are those of so many days, and so many days before are what they are compared with. */
const periods = { latest: 30, before: 90 } as const

/** What a median is taken of at least. */
const leastReadings = 3

/** What is slower by less is no slower, seconds: so much the same query scatters. */
const notable = 0.01

/** How a figure has changed, the last 30 days beside the 90 before. */
export interface SpeedTrend {
  readonly figure: Figure
  readonly readings: readonly Point[]
  /** Medians, with how many readings they are of; null where those are too few. */
  readonly latest: { readonly median: number | null; readonly readings: number }
  readonly before: { readonly median: number | null; readonly readings: number }
  /** Null where it cannot be told. */
  readonly changePercent: number | null
  /** The longest time between two of the readings that are compared, days. */
  readonly longestGap: number
}

/** The trend of every figure that tells how fast something is, of what is there now. */
export function speedTrends(at: Date, figures: readonly Figure[], earlier: Earlier): SpeedTrend[] {
  const start = at.getTime() - days(periods.latest)
  const earliest = start - days(periods.before)
  return figures
    .filter(({ name }) => speeds.includes(name))
    .map((figure) => {
      const readings = earlier.readings(figure)
      const latest = summed(readings.filter((point) => point.at.getTime() > start))
      const before = summed(
        readings.filter((point) => point.at.getTime() > earliest && point.at.getTime() <= start),
      )
      const change =
        latest.median === null || before.median === null ? null : changePercent(latest.median, before.median)
      const longestGap = longestGapDays(readings.filter((point) => point.at.getTime() > earliest))
      return { figure, readings, latest, before, changePercent: change, longestGap }
    })
}

const summed = (points: readonly Point[]): SpeedTrend['latest'] => ({
  median: points.length < leastReadings ? null : median(points.map(({ value }) => value)),
  readings: points.length,
})

/** Whether something has grown slower, or why that is not known. */
export function trendFinding({ thresholds }: Pick<HubConfig, 'thresholds'>, trend: SpeedTrend): Finding {
  const { before, changePercent: change, figure, latest, longestGap } = trend
  const subject = nameOfSeries(figure)
  if (latest.median === null || before.median === null) {
    const actual = `${count(latest.readings)} in ${periods.latest} days and ${before.readings} in the ${periods.before} before: ${leastReadings} of each are needed`
    return finding('performance.trend', 'skipped', { subject, actual })
  }
  const evidence = [
    `median of ${count(latest.readings)} in ${periods.latest} days: ${formatValue(latest.median, figure.unit)}`,
    `median of ${count(before.readings)} in the ${periods.before} days before: ${formatValue(before.median, figure.unit)}`,
    ...(longestGap > notableGap
      ? [`without a reading for ${longestGap.toFixed(0)} days between two of them`]
      : []),
  ]
  const isNotable = latest.median - before.median >= notable
  if (change === null) {
    // Of nothing there are no percent.
    const details = { subject, actual: 'it took no time before', evidence }
    return finding('performance.trend', isNotable ? 'warning' : 'ok', details)
  }
  const judged = measured('performance.trend', change, thresholds, { subject, evidence })
  if (judged.status === 'ok' || isNotable) return judged
  return finding('performance.trend', 'ok', {
    subject,
    expected: judged.expected,
    actual: change,
    evidence: [...evidence, `less than ${formatValue(notable, 'seconds')} is no change`],
  })
}

const count = (readings: number): string => (readings === 1 ? '1 reading' : `${readings} readings`)

/** What is told of: weekly readings that are missing for so many days. */
const notableGap = 21
