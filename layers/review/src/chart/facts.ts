import { days, type Unit } from '@hubkeeper/core'
import type { Chart, Limit } from '../page/page.ts'
import { amountText } from './amount.ts'
import { forecastOf } from './forecast.ts'
import { limitsNear, type Range, rangeOf } from './limits.ts'
import { dayText, minuteText, momentText } from './moments.ts'
import { type BarChart, isNumber, type LineChart, mostBars, mostSeries, readingsOf } from './readings.ts'

/** So many gaps are named. */
const mostGaps = 3

/** What a chart shows, in sentences: who cannot see the picture misses nothing. */
export const factsOf = (chart: Chart): string[] =>
  chart.kind === 'line' ? lineFacts(chart) : barFacts(chart)

function lineFacts(chart: LineChart): string[] {
  const range = drawnRange(chart)
  return [
    ...(chart.series.length === 0
      ? ['There are no readings yet.']
      : chart.series.map(seriesFact(chart.unit))),
    ...(chart.series.length > mostSeries ? [`The picture shows the first ${mostSeries}.`] : []),
    ...forecastFacts(chart),
    ...limitFacts(chart.limits ?? [], chart.unit, topsOf(chart), range),
  ]
}

/** How high something came; of a forecast, how high it may come at most as well. */
interface Top {
  readonly name: string
  readonly high: number
  readonly perhaps?: number
}

/** How high each series came, and the forecast. */
function topsOf(chart: LineChart): Top[] {
  const highest = (values: readonly number[]): number => rangeOf(values)?.high ?? -Infinity
  const forecast = forecastOf(chart)
  return [
    ...chart.series.map((each) => ({
      name: each.name,
      high: highest(readingsOf(each).points.map(({ value }) => value)),
    })),
    ...(forecast === null
      ? []
      : [
          {
            name: forecast.name,
            high: highest(forecast.points.map(({ value }) => value)),
            perhaps: highest(forecast.points.map(({ high }) => high)),
          },
        ]),
  ]
}

/** Between which values the readings and the forecast of a chart lie; null when there are none. */
export function drawnRange(chart: LineChart): Range | null {
  return rangeOf([
    ...chart.series.flatMap((each) => readingsOf(each).points.map(({ value }) => value)),
    ...(forecastOf(chart)?.points ?? []).flatMap(({ high, low, value }) => [low, value, high]),
  ])
}

const seriesFact =
  (unit: Unit) =>
  (series: LineChart['series'][number]): string => {
    const { gaps, name, points, unusable } = readingsOf(series)
    const [first, last] = [points[0], points.at(-1)]
    const without = unusable === 0 ? '' : `; ${unusable} more without a usable number`
    if (first === undefined || last === undefined) {
      return unusable === 0
        ? `${name}: no readings yet.`
        : `${name}: ${unusable === 1 ? '1 reading' : `${unusable} readings`}, none with a usable number.`
    }
    const value = (amount: number): string => amountText(amount, unit)
    if (points.length === 1)
      return `${name}: ${value(first.value)}, one reading, ${momentText(first.at)}${without}.`
    const range = rangeOf(points.map((point) => point.value)) ?? { low: first.value, high: first.value }
    const course =
      range.low === range.high
        ? `always ${value(last.value)}`
        : `latest ${value(last.value)}, first ${value(first.value)}, between ${value(range.low)} and ${value(range.high)}`
    const time = last.at.getTime() - first.at.getTime() > days(30) ? dayText : minuteText
    const missing = gaps.slice(0, mostGaps).map(({ from, to }) => `${time(from)} to ${time(to)}`)
    const more = gaps.length > mostGaps ? ` and ${gaps.length - mostGaps} more times` : ''
    const gap = missing.length === 0 ? '' : `; no readings ${missing.join(', ')}${more}`
    return `${name}: ${course}; ${points.length.toLocaleString('en')} readings from ${time(first.at)} to ${time(last.at)}${gap}${without}.`
  }

function forecastFacts(chart: LineChart): string[] {
  const forecast = forecastOf(chart)
  const last = forecast?.points.at(-1)
  if (forecast === null || last === undefined) return []
  const value = (amount: number): string => amountText(amount, chart.unit)
  return [
    `${forecast.name}: ${value(last.value)} on ${dayText(last.at)}, between ${value(last.low)} and ${value(last.high)}.`,
  ]
}

/** Each limit, and what was above it: whether that is good, the limit's name tells. */
function limitFacts(
  limits: readonly Limit[],
  unit: Unit,
  tops: readonly Top[],
  range: Range | null,
): string[] {
  const { far } = limitsNear(limits, range ?? { low: 0, high: 0 }, unit)
  return limits
    .filter(({ value }) => isNumber(value))
    .map((limit) => {
      const above = tops.flatMap(({ high, name, perhaps = high }) =>
        high > limit.value ? [name] : perhaps > limit.value ? [`perhaps ${name}`] : [],
      )
      const named = above.slice(0, 3).join(', ') + (above.length > 3 ? ` and ${above.length - 3} more` : '')
      const passed = range === null ? '' : `; above it: ${above.length === 0 ? 'nothing' : named}`
      const off = range !== null && far.includes(limit) ? ', beyond the picture' : ''
      return `Limit “${limit.name}”: ${amountText(limit.value, unit)}${off}${passed}.`
    })
}

function barFacts({ bars, limits, unit }: BarChart): string[] {
  const usable = bars.filter(({ value }) => isNumber(value))
  const unusable = bars.length - usable.length
  const greatest = usable.reduce<BarChart['bars'][number] | null>(
    (most, bar) => (most === null || bar.value > most.value ? bar : most),
    null,
  )
  const range = rangeOf([0, ...usable.map(({ value }) => value)])
  const said = usable.map(({ name, value }) => `${name}: ${amountText(value, unit)}`)
  return [
    ...(greatest === null ? ['There is nothing to show yet.'] : []),
    ...(usable.length > 3 && greatest !== null
      ? [
          `${usable.length} in all; the greatest is ${greatest.name} with ${amountText(greatest.value, unit)}.`,
        ]
      : said.length === 0
        ? []
        : [`${said.join('; ')}.`]),
    ...(usable.length > mostBars ? [`The picture shows the first ${mostBars}.`] : []),
    ...(unusable === 0 ? [] : [`${unusable} more without a usable number.`]),
    ...limitFacts(
      limits ?? [],
      unit,
      usable.map(({ name, value }) => ({ name, high: value })),
      usable.length === 0 ? null : range,
    ),
  ]
}
