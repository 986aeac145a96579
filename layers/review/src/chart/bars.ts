import { pictureAmount } from './amount.ts'
import { labelText } from './label-text.ts'
import { limitRow } from './level-places.ts'
import { limitLines } from './limit-lines.ts'
import { limitsNear, rangeOf } from './limits.ts'
import { colours, letters as lettering, lettersOverLines, manners, type Room } from './look.ts'
import type { ChartOption, Drawing } from './option.ts'
import { type BarChart, isNumber, mostBars } from './readings.ts'
import { textWidth, usualWidth } from './text-width.ts'

/** From one bar to the next, px. */
const barRow = 26
/** The longest bar is at least so long, px, however long its name and its amount are. */
const leastBar = 80

/** Amounts by name, ready to be drawn: a lying bar for each, with its name and its amount; null without any. */
export function barsDrawing(chart: BarChart, { names: most, width }: Room): Drawing | null {
  const bars = chart.bars.filter(({ value }) => isNumber(value)).slice(0, mostBars)
  const range = rangeOf([0, ...bars.map(({ value }) => value)])
  if (bars.length === 0 || range === null) return null
  const limits = limitsNear(chart.limits ?? [], range, chart.unit).near
  const shown = rangeOf([range.low, range.high, ...limits.map(({ value }) => value)]) ?? range
  const [min, max] = [shown.low, shown.high === shown.low ? 1 : shown.high]
  const amount = (value: number): string => pictureAmount(value, chart.unit)
  const amounts = bars.map(({ value }) => amount(value))
  const right = 12 + Math.max(...amounts.map(textWidth))
  const letters = Math.min(most.bar, Math.floor((width - right - leastBar - 12) / usualWidth))
  const names = bars.map(({ name }) => labelText(name, letters))
  const grid = {
    left: 12 + Math.max(...names.map(textWidth)),
    right,
    top: 4 + limitRow * limits.length,
    bottom: 4,
  }
  const option: ChartOption = {
    animation: false,
    grid: { ...grid, outerBoundsMode: 'none' },
    // The amounts stand beside the bars: there is no need of an axis.
    xAxis: { type: 'value', min, max, axisLabel: { show: false }, splitLine: { show: false } },
    yAxis: {
      type: 'category',
      data: names.map((_, i) => String(i)),
      inverse: true,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colours.muted } },
      axisLabel: {
        ...lettering,
        color: colours.ink,
        interval: 0,
        formatter: (_: string, i: number) => names[i] ?? '',
      },
    },
    series: [
      {
        type: 'bar',
        silent: true,
        emphasis: { disabled: true },
        barMaxWidth: 18,
        barCategoryGap: '30%',
        itemStyle: { color: manners[0].colour, borderRadius: 2 },
        label: {
          ...lettersOverLines,
          // No line goes through it.
          backgroundColor: colours.paper,
          padding: [1, 2],
          show: true,
          position: 'right',
          formatter: ({ dataIndex }) => amounts[dataIndex] ?? '',
        },
        data: bars.map(({ value }) => value),
        markLine: limitLines(limits, {
          axis: 'x',
          min,
          max,
          length: width - grid.left - grid.right,
          beside: { before: grid.left, after: grid.right },
          letters: most.limit,
          label: amount,
        }),
      },
    ],
  }
  return { option, width, height: grid.top + grid.bottom + bars.length * barRow }
}
