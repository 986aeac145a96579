import type { BarSeriesOption, CustomSeriesOption, LineSeriesOption } from 'echarts/charts'
import type { GridComponentOption, LegendComponentOption } from 'echarts/components'
import type { ComposeOption } from 'echarts/core'

/** What the renderer is asked for. */
export type ChartOption = ComposeOption<
  LineSeriesOption | BarSeriesOption | CustomSeriesOption | GridComponentOption | LegendComponentOption
>

/** A chart that is ready to be drawn, and how large it becomes, px. */
export interface Drawing {
  readonly option: ChartOption
  readonly width: number
  readonly height: number
}
