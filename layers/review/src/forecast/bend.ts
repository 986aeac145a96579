import jStat from 'jstat'
import { type Drift, driftOf, type Reading } from './drift.ts'

/** Growth that is another in the newer half of the time than it was in the older. */
export interface Bend {
  /** Of the unit, a day. */
  readonly before: number
  readonly now: number
  /** The newer half alone, and the index of its first reading. */
  readonly newer: Drift
  readonly from: number
  /** Days between the middles of the two halves. */
  readonly apart: number
  /** Days from the middle of the newer half to its newest reading. */
  readonly since: number
}

/** Each half has so many readings at least. */
const leastHalf = 5
/** How seldom halves of the same growth seem to differ: one in a hundred. */
const seldom = 0.01
/** They differ by that share of the faster one at least. */
const notable = 0.2

/** Whether the newer half of the readings grows otherwise than the older; null where that cannot be told. */
export function bendOf(readings: readonly Reading[], breaks: ReadonlySet<number>): Bend | null {
  const half = Math.floor(readings.length / 2)
  const [older, newer] = [readings.slice(0, half), readings.slice(half)]
  // Each half is told by itself: a break in one of them may have too few readings beside it.
  if (half < leastHalf || breaks.size > 0) return null
  const [before, now] = [driftOf(older), driftOf(newer)]
  const unsure = Math.sqrt(before.slopeVariance + now.slopeVariance)
  const change = Math.abs(now.slope - before.slope)
  const t = jStat.studentt.inv(1 - seldom / 2, Math.min(before.freedom, now.freedom))
  const isNotable = change > notable * Math.max(Math.abs(before.slope), Math.abs(now.slope))
  if (!isNotable || change <= t * unsure) return null
  const since = (newer.at(-1)?.[0] ?? 0) - middle(newer)
  const apart = middle(newer) - middle(older)
  return { before: before.slope, now: now.slope, newer: now, from: half, apart, since }
}

const middle = (readings: readonly Reading[]): number =>
  ((readings[0]?.[0] ?? 0) + (readings.at(-1)?.[0] ?? 0)) / 2

/** How far growth that changes comes beyond a straight line. */
export interface Beyond {
  readonly least: number
  readonly expected: number
  readonly most: number
}

/** Growth is multiplied from one half to the other by no more: before, there may have been next to none. */
const mostTimes = 10

const nowhere: Beyond = { least: 0, expected: 0, most: 0 }

/**
 * How far growth that changes comes beyond the straight line of its newer half, so many days after the newest
 * reading. As long as the change was seen it goes on, from then on it is straight.
 */
export function beyondLine(bend: Bend, days: number): Beyond {
  const { before, now } = bend
  if (now <= 0) return nowhere
  return now > before ? beyondFaster(bend, days) : { ...nowhere, least: beyondSlower(bend, days) }
}

/** Each day brings more than the day before by as much as it did; at most, as many times more as it did. */
function beyondFaster({ apart, before, now, since }: Bend, days: number): Beyond {
  const bent = Math.min(days, 2 * apart)
  const straight = days - bent
  const faster = (now - before) / apart
  const expected = faster * (since * days + bent ** 2 / 2 + bent * straight)
  const rate = Math.log(Math.min(mostTimes, now / Math.max(before, now / mostTimes))) / apart
  const today = now * Math.exp(rate * since)
  const most =
    (today / rate) * Math.expm1(rate * bent) + today * Math.exp(rate * bent) * straight - now * days
  return { least: 0, expected, most: Math.max(expected, most) }
}

/** Each day brings less than the day before by as much as it did, until nothing comes any more. */
function beyondSlower({ apart, before, now, since }: Bend, days: number): number {
  const slower = (before - now) / apart
  const today = Math.max(0, now - slower * since)
  const bent = Math.min(days, 2 * apart, today / slower)
  const last = today - slower * bent
  return today * bent - (slower * bent ** 2) / 2 + last * (days - bent) - now * days
}
