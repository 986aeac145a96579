import { days } from '@hubkeeper/core'
import type { Point } from '../page/page.ts'
import type { Readings } from './forecast.ts'

const dayOf = ({ at }: Point): string => at.toISOString().slice(0, 10)

/** Squares of larger ones are no numbers any more. */
const most = 1e100

const isMoment = ({ at, value }: Point): boolean => !Number.isNaN(at.getTime()) && Math.abs(value) < most

/** The last reading of each day (UTC) between two moments, oldest first, in whatever order they come. */
export function lastOfDays(readings: Readings, from: Date, to: Date): Point[] {
  const known = readings
    .filter((point) => isMoment(point) && point.at >= from && point.at <= to)
    .toSorted((a, b) => a.at.getTime() - b.at.getTime())
  return [...new Map(known.map((point) => [dayOf(point), point])).values()]
}

/** The longest time between two readings that follow each other, days; 0 where there are none. */
export const longestGapDays = (points: Readings): number =>
  points.slice(1).reduce((longest, { at }, i) => {
    const before = points[i]?.at ?? at
    return Math.max(longest, (at.getTime() - before.getTime()) / days(1))
  }, 0)
