import { hours } from '../units.ts'
import { wallClock } from '../wall-clock.ts'

/** Turns wall-clock times of one zone into moments, ms since 1970. */
export type ZoneClock = (
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  ms: number,
) => number

/** A clock for an IANA zone. Asking Intl is slow, so the offset of each hour is remembered. */
export function zoneClock(timeZone: string): ZoneClock {
  if (timeZone === 'UTC') {
    return (year, month, day, hour, minute, ms) => Date.UTC(year, month - 1, day, hour, minute, 0, ms)
  }
  const shownAt = wallClock(timeZone)
  const offsets = new Map<number, number>()
  const offsetAt = (wall: number): number => {
    const hour = Math.floor(wall / hours(1))
    const known = offsets.get(hour)
    if (known !== undefined) return known
    const start = hour * hours(1)
    // The offset is taken at the moment that it leads to, so a second look settles it.
    const first = shownAt(start) - start
    const offset = shownAt(start - first) - (start - first)
    offsets.set(hour, offset)
    return offset
  }
  return (year, month, day, hour, minute, ms) => {
    const wall = Date.UTC(year, month - 1, day, hour, minute, 0, ms)
    return wall - offsetAt(wall)
  }
}
