import { onOneLine } from '@hubkeeper/core'
import type { BarSeriesOption, CustomSeriesOption, LineSeriesOption } from 'echarts/charts'
import type { GridComponentOption, LegendComponentOption } from 'echarts/components'
import type { ComposeOption } from 'echarts/core'
import type { Limit } from '../page/page.ts'
import { colours, lettersOverLines } from './look.ts'
import { shortened } from './text-width.ts'

/** What the renderer is asked for. */
export type ChartOption = ComposeOption<
  LineSeriesOption | BarSeriesOption | CustomSeriesOption | GridComponentOption | LegendComponentOption
>

/** A chart that is ready to be drawn, and how high it becomes, px. */
export interface Drawing {
  readonly option: ChartOption
  readonly height: number
}

/** A name as it can stand in a picture. */
export const labelText = (name: string, most: number): string => shortened(onOneLine(name), most)

/** Two that are close are named at either end. */
const positionOf = (i: number, across: 'x' | 'y'): 'start' | 'insideStartTop' | 'insideEndTop' => {
  if (across === 'x') return 'start'
  return i % 2 === 0 ? 'insideStartTop' : 'insideEndTop'
}

/** Lines across for limits. */
export const limitLines = (
  limits: readonly Limit[],
  across: 'x' | 'y',
  label: (value: number) => string,
) => ({
  silent: true,
  symbol: 'none',
  animation: false,
  // Behind the readings, that none is crossed out.
  z: 1,
  lineStyle: { color: colours.limit, type: [8, 4], width: 1.5 },
  data: limits.map(({ name, value }, i) => ({
    ...(across === 'y' ? { yAxis: value } : { xAxis: value }),
    label: {
      ...lettersOverLines,
      position: positionOf(i, across),
      formatter: () => `${labelText(name, 40)}: ${label(value)}`,
    },
  })),
})
