import { hours } from '@hubkeeper/core'
import type { Point, Series } from '../page/page.ts'
import type { Availability } from './budget.ts'

/** How far the readings of the picture are apart, ms; at the same moments whatever time they are of. */
const step = hours(12)

/**
 * How much of the error budget was used up by and by, percent of what the known time allows: the last reading
 * is what was used in all. No reading lies in a time of which nothing is known.
 */
export function budgetBurn(availability: Availability, name: string): Series | null {
  const { allowedSeconds, from, gaps, knownUntil, outages } = availability
  if (knownUntil === null || allowedSeconds === 0) return null
  const end = knownUntil.getTime()
  const within = (at: number): boolean =>
    gaps.every((gap) => at < gap.from.getTime() || at >= gap.to.getTime())
  const times: number[] = []
  for (let at = Math.ceil(from.getTime() / step) * step; at < end; at += step) if (within(at)) times.push(at)
  const points = [...times, end].map((at): Point => {
    const down = outages.reduce((sum, outage) => sum + outage.downSeconds * shareBy(outage, at), 0)
    return { at: new Date(at), value: (down / allowedSeconds) * 100 }
  })
  return { name, points }
}

/** The share (0–1) of a time that was over at a moment. */
function shareBy({ from, to }: { readonly from: Date; readonly to: Date }, at: number): number {
  if (at >= to.getTime()) return 1
  return at <= from.getTime() ? 0 : (at - from.getTime()) / (to.getTime() - from.getTime())
}
