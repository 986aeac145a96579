import type { LegendComponentOption } from 'echarts/components'
import type { Band } from '../page/page.ts'
import { labelText } from './label-text.ts'
import { colours, letters, type Room } from './look.ts'
import type { Readings } from './readings.ts'
import { textWidth } from './text-width.ts'

const rowHeight = 24
const iconWidth = 28

/**
 * What each line is called, where there are several: in columns that the longest name fits into, each
 * entry at a place of its own, for the renderer does not know how wide letters are.
 */
export function legendOf(
  series: readonly Readings[],
  forecast: Band | null,
  { names: { legend }, width }: Room,
) {
  const names = [
    ...series.map(({ name }, i) => ({ id: `s${i}`, name: labelText(name, legend) })),
    ...(forecast === null ? [] : [{ id: 'forecast', name: labelText(forecast.name, legend) }]),
  ]
  if (names.length < 2) return null
  const column = iconWidth + 20 + Math.max(...names.map(({ name }) => textWidth(name)))
  const columns = Math.max(1, Math.floor(width / column))
  const items = names.map(
    ({ id, name }, i): LegendComponentOption => ({
      left: (i % columns) * column,
      top: Math.floor(i / columns) * rowHeight,
      padding: 0,
      itemWidth: iconWidth,
      itemHeight: 9,
      selectedMode: false,
      // A forecast is an area, and is shown as one.
      data: [
        id === 'forecast'
          ? { name: id, icon: 'rect', itemStyle: { color: colours.muted, opacity: 0.25 } }
          : { name: id },
      ],
      formatter: () => name,
      textStyle: { ...letters, color: colours.ink },
    }),
  )
  return { height: Math.ceil(names.length / columns) * rowHeight, items }
}
