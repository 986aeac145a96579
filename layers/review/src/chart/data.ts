import type { Unit } from '@hubkeeper/core'
import type { Chart } from '../page/page.ts'
import { amountText } from './amount.ts'
import { forecastOf } from './forecast.ts'
import { minuteText } from './moments.ts'
import { type BarChart, isNumber, type LineChart, readingsOf } from './readings.ts'

/** The numbers behind a chart. */
export interface DataTable {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** How many rows were left out: of readings the oldest. */
  readonly leftOut: number
}

/** The numbers behind a chart as a table of at most `most` rows. */
export const dataOf = (chart: Chart, most: number): DataTable =>
  chart.kind === 'line' ? lineData(chart, most) : barData(chart, most)

function lineData(chart: LineChart, most: number): DataTable {
  const { series, unit } = chart
  const forecast = forecastOf(chart)
  const known = series.map((each) => readingsOf(each).points)
  const values = known.map((points) => new Map(points.map(({ at, value }) => [at.getTime(), value])))
  const times = [...new Set(values.flatMap((each) => [...each.keys()]))].sort((a, b) => a - b)
  const cell = (value: number | undefined): string => (value === undefined ? '' : amountText(value, unit))
  const expected = evenly(forecast?.points ?? [], Math.ceil(most / 2))
  const kept = times.slice(Math.max(0, times.length - Math.max(1, most - expected.length)))
  const blank = expected.length === 0 ? [] : ['']
  return {
    header: [
      'time (UTC)',
      ...series.map(({ name }) => name),
      ...(expected.length === 0 ? [] : [forecast?.name ?? '']),
    ],
    rows: [
      ...kept.map((time) => [
        minuteText(new Date(time)),
        ...values.map((each) => cell(each.get(time))),
        ...blank,
      ]),
      ...expected.map(({ at, high, low, value }) => [
        minuteText(at),
        ...series.map(() => ''),
        `${cell(value)} (${cell(low)} to ${cell(high)})`,
      ]),
    ],
    leftOut: times.length - kept.length,
  }
}

/** So many of many, the first and the last among them. */
function evenly<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all
  const step = (all.length - 1) / Math.max(1, most - 1)
  return Array.from({ length: most }, (_, i) => all[Math.round(i * step)]).filter(
    (each) => each !== undefined,
  )
}

/** What amounts are of, as the head of their column: each is written with the unit that suits it. */
const amounts: Readonly<Record<Unit, string>> = {
  bytes: 'size',
  seconds: 'time',
  percent: 'share',
  rows: 'rows',
  lines: 'lines',
  count: 'number',
  usd: 'cost',
}

function barData({ bars, unit }: BarChart, most: number): DataTable {
  return {
    header: ['name', amounts[unit]],
    rows: bars
      .slice(0, most)
      .map(({ name, value }) => [name, amountText(isNumber(value) ? value : null, unit)]),
    leftOut: Math.max(0, bars.length - most),
  }
}
