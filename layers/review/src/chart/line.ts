import type { CustomSeriesOption, LineSeriesOption } from 'echarts/charts'
import type { Band, Point } from '../page/page.ts'
import { amountText } from './amount.ts'
import { drawnRange, isBand } from './facts.ts'
import { legendOf } from './legend.ts'
import { limitsNear, rangeOf } from './limits.ts'
import { colours, letters, manners } from './look.ts'
import { type ChartOption, type Drawing, limitLines } from './option.ts'
import { byTime, type LineChart, mostSeries, type Readings, readingsOf, thinned } from './readings.ts'
import { textWidth } from './text-width.ts'
import { timeAxis } from './time-axis.ts'
import { valueAxis } from './value-axis.ts'

/** Of so few points each is marked. */
const mostMarked = 40
const plotHeight = 220

/** A chart over time, ready to be drawn; null when there is nothing to draw. */
export function lineDrawing(chart: LineChart): Drawing | null {
  const series = chart.series
    .slice(0, mostSeries)
    .map(readingsOf)
    .filter(({ points }) => points.length > 0)
  const forecast = forecastOf(chart.forecast)
  const range = drawnRange({ ...chart, series: chart.series.slice(0, mostSeries) })
  const times = rangeOf(
    [...series.map(({ points }) => points), forecast?.points ?? []].flat().map(({ at }) => at.getTime()),
  )
  if (range === null || times === null) return null
  const limits = limitsNear(chart.limits ?? [], range).near
  const shown = rangeOf([range.low, range.high, ...limits.map(({ value }) => value)]) ?? range
  const values = valueAxis(shown.low, shown.high, chart.unit)
  const time = timeAxis(times.low, times.high)
  // The middle of a day's name stands below its tick.
  const left = 14 + Math.max(26, ...ticksOf(values).map((tick) => textWidth(values.label(tick))))
  const legend = legendOf(series, forecast)
  const option: ChartOption = {
    animation: false,
    ...(legend === null ? {} : { legend: [...legend.items] }),
    grid: { left, right: 36, top: 16 + (legend?.height ?? 0), bottom: 30, outerBoundsMode: 'none' },
    xAxis: {
      type: 'value',
      min: time.min,
      max: time.max,
      axisLine: { lineStyle: { color: colours.muted } },
      axisTick: { customValues: [...time.ticks] },
      axisLabel: { ...letters, customValues: [...time.ticks], formatter: time.label, hideOverlap: true },
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      min: values.min,
      max: values.max,
      interval: values.step,
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { ...letters, formatter: values.label },
      splitLine: { lineStyle: { color: colours.rule } },
    },
    series: [
      ...(forecast === null ? [] : [bandSeries(forecast), middleSeries(forecast)]),
      ...series.map((each, i) => lineSeries(each, i)),
      {
        type: 'line',
        name: 'limits',
        silent: true,
        data: [],
        markLine: limitLines(limits, 'y', (value) => amountText(value, chart.unit)),
      },
    ],
  }
  return { option, height: 16 + (legend?.height ?? 0) + plotHeight + 30 }
}

function ticksOf({ max, min, step }: { readonly min: number; readonly max: number; readonly step: number }) {
  return Array.from({ length: Math.min(20, Math.round((max - min) / step) + 1) }, (_, i) => min + i * step)
}

function forecastOf(band: Band | undefined): Band | null {
  const points = byTime(band?.points.filter(isBand) ?? [])
  return band === undefined || points.length === 0 ? null : { name: band.name, points }
}

function lineSeries({ gaps, points }: Readings, i: number): LineSeriesOption {
  const { colour, dashes, symbol } = manners[i % manners.length] ?? manners[0]
  const drawn = thinned(points)
  return {
    type: 'line',
    name: `s${i}`,
    silent: true,
    emphasis: { disabled: true },
    symbol,
    symbolSize: symbol === 'triangle' || symbol === 'diamond' ? 8 : 6,
    showSymbol: drawn.length <= mostMarked,
    itemStyle: { color: colour },
    lineStyle: { color: colour, width: 2, type: typeof dashes === 'string' ? dashes : [...dashes] },
    data: withGaps(drawn, gaps),
  }
}

/** A line is not drawn over times without readings. */
function withGaps(points: readonly Point[], gaps: Readings['gaps']): (number | '-')[][] {
  const ends = new Set(gaps.map(({ to }) => to.getTime()))
  return points.flatMap(({ at, value }) => [
    ...(ends.has(at.getTime()) ? [[at.getTime(), '-' as const]] : []),
    [at.getTime(), value],
  ])
}

const middleSeries = ({ points }: Band): LineSeriesOption => ({
  type: 'line',
  name: 'forecast',
  silent: true,
  emphasis: { disabled: true },
  showSymbol: false,
  symbol: 'none',
  itemStyle: { color: colours.muted },
  lineStyle: { color: colours.muted, width: 2, type: [3, 4] },
  data: points.map(({ at, value }) => [at.getTime(), value]),
})

/** The interval of a forecast as one area. */
const bandSeries = ({ points }: Band): CustomSeriesOption => ({
  type: 'custom',
  name: 'interval',
  silent: true,
  clip: true,
  data: [[0]],
  renderItem: (_, api) => ({
    type: 'polygon',
    silent: true,
    shape: {
      points: [
        ...points.map(({ at, low }) => api.coord([at.getTime(), low])),
        ...points.toReversed().map(({ at, high }) => api.coord([at.getTime(), high])),
      ],
    },
    style: { fill: colours.muted, opacity: 0.18 },
  }),
})
