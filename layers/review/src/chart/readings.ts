import { days } from '@hubkeeper/core'
import type { Chart, Point, Series } from '../page/page.ts'

/** A chart over time. */
export type LineChart = Extract<Chart, { kind: 'line' }>

/** A chart of amounts by name. */
export type BarChart = Extract<Chart, { kind: 'bars' }>

/** A series as it can be drawn. */
export interface Readings {
  readonly name: string
  /** Oldest first, every one a number. */
  readonly points: readonly Point[]
  /** Readings that were left out, for they have no number or no time. */
  readonly unusable: number
  /** Times in which readings are missing that were to be expected. */
  readonly gaps: readonly { readonly from: Date; readonly to: Date }[]
}

/** How many series and bars are drawn: more could not be told apart. The table has all. */
export const mostSeries = 6
export const mostBars = 30

/** Whether a value can be drawn: sums and shares of it have to be numbers, too. */
export const isNumber = (value: number): boolean => Math.abs(value) < 1e300

/** Whether a point has a number and a time. */
export const isUsable = ({ at, value }: Point): boolean => isNumber(value) && Number.isFinite(at.getTime())

/** Oldest first. */
export const byTime = <T extends Point>(points: readonly T[]): T[] =>
  points.toSorted((a, b) => a.at.getTime() - b.at.getTime())

/** The readings of a series in order, and what is missing of them. */
export function readingsOf({ name, points }: Series): Readings {
  const usable = byTime(points.filter(isUsable))
  return { name, points: usable, unusable: points.length - usable.length, gaps: gapsOf(usable) }
}

/** Between readings that are four times as far apart as usual, something is missing. */
function gapsOf(points: readonly Point[]): Readings['gaps'] {
  const steps = points.slice(1).map(({ at }, i) => at.getTime() - (points[i]?.at.getTime() ?? 0))
  const usual = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)]
  if (usual === undefined || steps.length < 4) return []
  return steps.flatMap((step, i) => {
    const [from, to] = [points[i], points[i + 1]]
    return step > 4 * usual && step > days(1) / 24 && from !== undefined && to !== undefined
      ? [{ from: from.at, to: to.at }]
      : []
  })
}

/** So many points of a series are drawn: more would not be seen. */
const mostDrawn = 400

/** As few points as show the same line: of each of many stretches the lowest and the highest. */
export function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length <= mostDrawn) return points
  const stretch = Math.ceil(points.length / (mostDrawn / 2))
  const kept: Point[] = []
  for (let start = 0; start < points.length; start += stretch) {
    const part = points.slice(start, start + stretch)
    const lowest = part.reduce((a, b) => (b.value < a.value ? b : a))
    const highest = part.reduce((a, b) => (b.value > a.value ? b : a))
    kept.push(...(lowest === highest ? [lowest] : byTime([lowest, highest])))
  }
  return kept
}
