import { amountText } from './amount.ts'
import { limitsNear, rangeOf } from './limits.ts'
import { colours, letters, lettersOverLines, manners } from './look.ts'
import { type ChartOption, type Drawing, labelText, limitLines } from './option.ts'
import { type BarChart, isNumber, mostBars } from './readings.ts'
import { textWidth } from './text-width.ts'
import { valueAxis } from './value-axis.ts'

/** Names that fit below upright bars. */
const shortName = 10
const mostUpright = 8

/** Amounts by name, ready to be drawn: upright where names are short, else lying; null without any. */
export function barsDrawing(chart: BarChart): Drawing | null {
  const bars = chart.bars.filter(({ value }) => isNumber(value)).slice(0, mostBars)
  const range = rangeOf([0, ...bars.map(({ value }) => value)])
  if (bars.length === 0 || range === null) return null
  const limits = limitsNear(chart.limits ?? [], range).near
  const shown = rangeOf([range.low, range.high, ...limits.map(({ value }) => value)]) ?? range
  const lying = bars.length > mostUpright || bars.some(({ name }) => [...name].length > shortName)
  const axis = valueAxis(shown.low, shown.high, chart.unit)
  const names = bars.map(({ name }) => labelText(name, lying ? 34 : shortName))
  const values = bars.map(({ value }) => amountText(value, chart.unit))
  const room = 12 + Math.max(...values.map(textWidth))
  const grid = lying
    ? {
        left: 12 + Math.max(...names.map(textWidth)),
        right: room,
        top: limits.length === 0 ? 4 : 22,
        bottom: 4,
      }
    : {
        left: 14 + Math.max(textWidth(axis.label(axis.max)), textWidth(axis.label(axis.min))),
        right: 16,
        top: 26,
        bottom: 30,
      }
  const nameAxis = {
    type: 'category',
    data: names.map((_, i) => String(i)),
    inverse: lying,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colours.muted } },
    axisLabel: {
      ...letters,
      color: colours.ink,
      interval: 0,
      formatter: (_: string, i: number) => names[i] ?? '',
    },
  } as const
  const amountAxis = {
    type: 'value',
    axisLine: { show: false },
    axisTick: { show: false },
    // Lying bars have their amounts beside them and need no axis.
    ...(lying
      ? { min: shown.low, max: shown.high === shown.low ? 1 : shown.high, splitLine: { show: false } }
      : {
          min: axis.min,
          max: axis.max,
          interval: axis.step,
          splitLine: { lineStyle: { color: colours.rule } },
        }),
    axisLabel: { ...letters, show: !lying, formatter: axis.label },
  } as const
  const option: ChartOption = {
    animation: false,
    grid: { ...grid, outerBoundsMode: 'none' },
    xAxis: lying ? amountAxis : nameAxis,
    yAxis: lying ? nameAxis : amountAxis,
    series: [
      {
        type: 'bar',
        silent: true,
        emphasis: { disabled: true },
        barMaxWidth: lying ? 18 : 56,
        barCategoryGap: '30%',
        itemStyle: { color: manners[0].colour, borderRadius: 2 },
        label: {
          ...lettersOverLines,
          show: true,
          position: lying ? 'right' : 'top',
          formatter: ({ dataIndex }) => values[dataIndex] ?? '',
        },
        data: bars.map(({ value }) => value),
        markLine: limitLines(limits, lying ? 'x' : 'y', (value) => amountText(value, chart.unit)),
      },
    ],
  }
  return { option, height: lying ? grid.top + grid.bottom + bars.length * 26 : 240 }
}
