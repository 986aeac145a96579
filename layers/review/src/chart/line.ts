import type { CustomSeriesOption, LineSeriesOption } from 'echarts/charts'
import type { Band, Point } from '../page/page.ts'
import { pictureAmount } from './amount.ts'
import { drawnRange } from './facts.ts'
import { forecastOf } from './forecast.ts'
import { legendOf } from './legend.ts'
import { limitLines } from './limit-lines.ts'
import { limitsNear, rangeOf } from './limits.ts'
import { colours, letters, manners, type Room } from './look.ts'
import type { ChartOption, Drawing } from './option.ts'
import { type LineChart, mostSeries, type Readings, readingsOf, thinned } from './readings.ts'
import { textWidth } from './text-width.ts'
import { timeAxis } from './time-axis.ts'
import { valueAxis } from './value-axis.ts'

/** The name of a limit stands over the plot, px. */
const top = 18
/** Half of a day's name stands beside the plot, px. */
const right = 36
/** Of so few points each is marked. */
const mostMarked = 40
const plotHeight = 220

/** A chart over time, ready to be drawn; null when there is nothing to draw. */
export function lineDrawing(chart: LineChart, room: Room): Drawing | null {
  const series = chart.series
    .slice(0, mostSeries)
    .map(readingsOf)
    .filter(({ points }) => points.length > 0)
  const forecast = forecastOf(chart)
  const range = drawnRange({ ...chart, series: chart.series.slice(0, mostSeries) })
  const times = rangeOf(
    [...series.map(({ points }) => points), forecast?.points ?? []].flat().map(({ at }) => at.getTime()),
  )
  if (range === null || times === null) return null
  const limits = limitsNear(chart.limits ?? [], range, chart.unit).near
  const shown = rangeOf([range.low, range.high, ...limits.map(({ value }) => value)]) ?? range
  const values = valueAxis(shown.low, shown.high, chart.unit)
  const time = timeAxis(times.low, times.high, room.mostTicks)
  // The middle of a day's name stands below its tick.
  const left = 14 + Math.max(26, ...ticksOf(values).map((tick) => textWidth(values.label(tick))))
  const legend = legendOf(series, forecast, room)
  const bottom = 16 + 15 * time.lines
  const option: ChartOption = {
    animation: false,
    ...(legend === null ? {} : { legend: [...legend.items] }),
    grid: { left, right, top: top + (legend?.height ?? 0), bottom, outerBoundsMode: 'none' },
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
        markLine: limitLines(limits, {
          axis: 'y',
          min: values.min,
          max: values.max,
          length: plotHeight,
          across: room.width - left - right,
          letters: room.names.limit,
          label: (value) => pictureAmount(value, chart.unit),
        }),
      },
    ],
  }
  return { option, width: room.width, height: top + (legend?.height ?? 0) + plotHeight + bottom }
}

function ticksOf({ max, min, step }: { readonly min: number; readonly max: number; readonly step: number }) {
  return Array.from({ length: Math.min(20, Math.round((max - min) / step) + 1) }, (_, i) => min + i * step)
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

/** A line is not drawn over times without readings, wherever in between the points that are left lie. */
function withGaps(points: readonly Point[], gaps: Readings['gaps']): (number | '-')[][] {
  let next = 0
  return points.flatMap(({ at, value }, i) => {
    const before = next
    while (next < gaps.length && (gaps[next]?.to ?? at) <= at) next += 1
    return [...(next > before && i > 0 ? [[at.getTime(), '-' as const]] : []), [at.getTime(), value]]
  })
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
