import {
  changePercent,
  days,
  type Finding,
  finding,
  formatValue,
  measured,
  median,
  type ThresholdOverrides,
} from '@hubkeeper/core'
import type { FigureSeries } from './history.ts'

/** How a figure changed from the time before to the last month. */
export interface Change {
  readonly series: FigureSeries
  /** Medians. */
  readonly before: number
  readonly now: number
  /** Null where it was zero. */
  readonly percent: number | null
  readonly readingsBefore: number
  readonly readingsNow: number
}

/** The last month, days. */
const recent = 30

/** Medians are taken of so many readings at least. */
const least = 3

/** The last 30 days of a figure against the time before; or, in words, why that is not told. */
export function changeOf(series: FigureSeries, at: Date): Change | string {
  const bound = new Date(at.getTime() - days(recent))
  const known = series.points.filter((point) => point.at <= at)
  const now = known.filter((point) => point.at >= bound).map(({ value }) => value)
  const before = known.filter((point) => point.at < bound).map(({ value }) => value)
  if (now.length < least || before.length < least) {
    return `told from ${least} readings of the last ${recent} days and ${least} before; so far ${now.length} and ${before.length}`
  }
  const [then, latest] = [median(before), median(now)]
  return {
    series,
    before: then,
    now: latest,
    percent: changePercent(latest, then),
    readingsBefore: before.length,
    readingsNow: now.length,
  }
}

/** What is slower by less than that is not slower, seconds: that much is weather. */
const notable = 0.01

/** What a series is of, for people: `api.p95 of /search`. */
export const nameOfSeries = ({ name, subject }: Pick<FigureSeries, 'name' | 'subject'>): string =>
  subject === null ? name : `${name} of ${subject}`

/** Whether a change is a slowdown that matters. */
export const isSlower = (change: Change, limitPercent: number): boolean =>
  (change.percent ?? Number.POSITIVE_INFINITY) > limitPercent && change.now - change.before >= notable

/** Whether it grew slower. */
export function changeFinding(
  series: FigureSeries,
  change: Change | string,
  overrides: ThresholdOverrides,
): Finding {
  const subject = nameOfSeries(series)
  if (typeof change === 'string') return finding('performance.trend', 'skipped', { subject, actual: change })
  const { before, now, percent, readingsBefore, readingsNow } = change
  const evidence = [
    `median of ${readingsNow} readings in the last ${recent} days: ${formatValue(now, series.unit)}`,
    `median of ${readingsBefore} before: ${formatValue(before, series.unit)}`,
  ]
  if (percent === null) return fromNothing(subject, { before, now }, evidence)
  const found = measured('performance.trend', percent, overrides, { subject, evidence })
  return found.status === 'ok' || now - before >= notable
    ? found
    : finding('performance.trend', 'ok', {
        subject,
        expected: found.expected,
        actual: percent,
        evidence: [...evidence, 'too small a difference to matter'],
      })
}

/** Of nothing there are no percent. */
const fromNothing = (
  subject: string,
  { before, now }: Pick<Change, 'before' | 'now'>,
  evidence: readonly string[],
): Finding =>
  finding('performance.trend', now - before >= notable ? 'warning' : 'ok', {
    subject,
    actual: now === before ? 0 : 'it took no time before',
    evidence: [...evidence],
  })
