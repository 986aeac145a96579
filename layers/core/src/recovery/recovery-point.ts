import { days } from '../units.ts'

/** A moment whose content can be had back. */
export interface RecoveryMoment {
  readonly at: Date
  /** What it is had back from, in words. */
  readonly from: string
}

/** How much could have been lost. */
export interface RecoveryPoint {
  /** The longer one of the age now and the longest gap, seconds. */
  readonly seconds: number
  /** Of the newest moment, seconds. */
  readonly age: number
  readonly newest: RecoveryMoment
  /** The longest time without any such moment; null where the window holds the newest one alone. */
  readonly gap: {
    readonly seconds: number
    readonly from: RecoveryMoment
    readonly to: RecoveryMoment
  } | null
}

/**
 * The longest time between two moments to which a hub could go back, of those since `windowDays` before `at`;
 * null when there is no moment at all. What is older only shows that the hub was kept by then: retention may
 * have thinned it out, so a gap is counted from the beginning of the window at the earliest.
 */
export function recoveryPoint(
  moments: readonly RecoveryMoment[],
  at: Date,
  windowDays: number,
): RecoveryPoint | null {
  const sorted = moments
    .filter((moment) => moment.at <= at)
    .toSorted((a, b) => a.at.getTime() - b.at.getTime())
  const newest = sorted.at(-1)
  if (newest === undefined) return null
  const start = at.getTime() - days(windowDays)
  let gap: RecoveryPoint['gap'] = null
  for (const [i, to] of sorted.entries()) {
    const from = sorted[i - 1]
    if (from === undefined || to.at.getTime() <= start) continue
    const seconds = (to.at.getTime() - Math.max(start, from.at.getTime())) / 1000
    if (gap === null || seconds > gap.seconds) gap = { seconds, from, to }
  }
  const age = (at.getTime() - newest.at.getTime()) / 1000
  return { seconds: Math.max(age, gap?.seconds ?? 0), age, newest, gap }
}
