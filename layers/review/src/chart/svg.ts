import { BarChart, CustomChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, MarkLineComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type { Drawing } from './option.ts'

use([LineChart, BarChart, CustomChart, GridComponent, LegendComponent, MarkLineComponent, SVGRenderer])

/**
 * The inside of an `<svg>`, the same for the same drawing: what the renderer numbers by how many pictures
 * it made, and what only a script would need, is taken away. Nothing here meets a text: they are escaped.
 *
 * @param id begins the names of clip paths, so that several pictures fit into one page
 */
export function svgInside({ height, option, width }: Drawing, id: string): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption(option)
    return chart
      .renderToSVGString()
      .replace(/^<svg [^>]*>/, '')
      .replace(/<\/svg>\s*$/, '')
      .replace(/<style >[\s\S]*?<\/style>/g, '')
      .replace(/ (?:class|pointer-events|xml:space|ecmeta_\w+)="[^"<>]*"/g, '')
      .replace(/(id="|url\(#)zr\d+-/g, `$1${id}-`)
      .replace(/<path d=""[^>]*><\/path>/g, '')
      .replace(/\n+/g, '\n')
      .trim()
  } finally {
    chart.dispose()
  }
}
