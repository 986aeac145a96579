import type { Thresholds } from '../checks.ts'
import { judge } from '../finding.ts'
import { days } from '../units.ts'
import { swingsOf } from './swings.ts'
import { fallPercent, formatPercent } from './tables.ts'

/** What was counted of a table in one backup. */
export interface Reading {
  readonly value: number
  readonly takenAt: Date
  readonly backup: string
  /** What is gone since the reading before was meant to go. */
  readonly restart: boolean
  /** What was counted since the reading before, and did not count as it came back. */
  readonly between: readonly number[]
}

/** How a value stands to its own history. */
export interface Standing {
  readonly status: 'ok' | 'warning' | 'critical'
  /** What it is compared with: the highest reading of the last weeks. */
  readonly from: Reading
  /** Of that, percent. */
  readonly lost: number
  /** How far it falls by itself; null where it is not known to. */
  readonly usual: number | null
  /** Why it is judged otherwise than by what was there, in words. */
  readonly why: string | null
}

/** What is compared with: long enough for a slow drain to show, ms. */
const weeks = days(28)

/** So many times a value has to come back by itself, until its falls are known to be its way. */
const swingsNeeded = { small: 1, other: 2 } as const

/** So long it has to be so many times as high to have outgrown its falls; a backlog is worked off before. */
const settled = { time: days(7), readings: 3, times: 2 } as const

/**
 * Judges a value by its readings, oldest first; null when it did not fall. One that falls and comes back by
 * itself is judged by how deep it usually falls.
 *
 * @param small whether the table has so few rows that one of them is a large share
 */
export function standingOf(
  readings: readonly Reading[],
  now: number,
  limits: Thresholds,
  small: boolean,
): Standing | null {
  const newest = readings.at(-1)
  if (newest === undefined || now >= newest.value) return null
  const from = highestOf(readings, newest, limits)
  const lost = fallPercent(from.value, now)
  const values = readings.flatMap(({ between, value }) => [...between, value])
  const swings = swingsOf(values, limits.warning)
  if (
    swings.count < swingsNeeded[small ? 'small' : 'other'] ||
    hasOutgrown(readings, newest, swings.highest)
  ) {
    return { status: judge(lost, limits), from, lost, usual: null, why: null }
  }
  const usual = from.value * (1 - swings.deepest / 100)
  const often = swings.count === 1 ? 'once' : `${swings.count} times`
  const way = `it fell by up to ${formatPercent(swings.deepest)} and came back ${often} in its history`
  const status = now >= usual ? 'ok' : judge(fallPercent(usual, now), limits)
  return {
    status,
    from,
    lost,
    usual,
    why: status === 'ok' ? way : `${way}, and now by ${formatPercent(lost)}`,
  }
}

/** Whether a value has long been far above all that it ever fell from: that was another kind of table. */
function hasOutgrown(readings: readonly Reading[], newest: Reading, highest: number): boolean {
  const from = newest.takenAt.getTime() - settled.time
  const last = readings.filter(({ takenAt }) => takenAt.getTime() >= from)
  return (
    last.length >= settled.readings &&
    (readings[0]?.takenAt.getTime() ?? from) < from &&
    last.every(({ value }) => value > highest * settled.times)
  )
}

/** The highest of the last weeks, since what was last meant to go. */
function highestOf(readings: readonly Reading[], newest: Reading, limits: Thresholds): Reading {
  const from = newest.takenAt.getTime() - weeks
  const start = readings.findLastIndex((reading, i) => {
    const before = readings[i - 1]
    // What fell that deep counts only because somebody let it, or it always does.
    return (
      reading.restart || (before !== undefined && isDeep(fallPercent(before.value, reading.value), limits))
    )
  })
  return readings
    .slice(Math.max(0, start))
    .filter(({ takenAt }) => takenAt.getTime() >= from)
    .reduce((highest, reading) => (reading.value >= highest.value ? reading : highest), newest)
}

const isDeep = (percent: number, { critical, warning }: Thresholds): boolean =>
  percent > (critical ?? warning)
