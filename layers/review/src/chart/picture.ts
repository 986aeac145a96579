import type { Chart } from '../page/page.ts'
import { barsDrawing } from './bars.ts'
import { lineDrawing } from './line.ts'
import { type Room, rooms } from './look.ts'

/** A picture of a chart: the inside of an `<svg>`, and its size, px. */
export interface Picture {
  readonly inside: string
  readonly width: number
  readonly height: number
}

/**
 * Draws a chart; null when there is nothing to draw.
 *
 * @param id unlike that of any other picture on the page
 */
export async function pictureOf(chart: Chart, id: string, room: Room = rooms.wide): Promise<Picture | null> {
  const drawing = chart.kind === 'line' ? lineDrawing(chart, room) : barsDrawing(chart, room)
  if (drawing === null) return null
  // The library takes long to load, and most of what runs draws nothing.
  const { svgInside } = await import('./svg.ts')
  return { inside: svgInside(drawing, id), width: drawing.width, height: drawing.height }
}
