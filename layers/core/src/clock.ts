import { days, minutes } from './units.ts'

/** How far clocks may differ that are set, ms. */
const skew = minutes(10)

/** The last moment that something can be of that was written by now, ms: a clock may have run ahead. */
export const latestBelievable = (now: Date): number => now.getTime() + skew

/** What was taken later was taken by a clock that is wrong, ms. */
const wrong = days(1)

/** The last moment at which a backup can have been taken by now, ms, by a clock that is not wrong. */
export const latestTaken = (now: Date): number => now.getTime() + wrong
