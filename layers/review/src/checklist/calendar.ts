import { days, wallClock } from '@hubkeeper/core'

/** The calendar of an IANA time zone. A wall-clock time is what its clocks show, written as if it were UTC, ms. */
export interface ZoneCalendar {
  /** What its clocks show at a moment. */
  wallAt(moment: Date): number
  /**
   * The moment at which its clocks show a time: the first of two, and where they skip it, as long after
   * they went forward as it is into what is skipped.
   */
  momentAt(wall: number): Date
}

/** See {@link ZoneCalendar}. @throws RangeError for what is no time zone */
export function zoneCalendar(timeZone: string): ZoneCalendar {
  const shownAt = wallClock(timeZone)
  const wallAt = (moment: Date): number => shownAt(moment.getTime())
  const offsetAt = (time: number): number => wallAt(new Date(time)) - time
  return {
    wallAt,
    momentAt(wall) {
      // Clocks are changed at most once in two days.
      const before = wall - offsetAt(wall - days(1))
      const after = wall - offsetAt(wall + days(1))
      return new Date([before, after].find((time) => wallAt(new Date(time)) === wall) ?? before)
    },
  }
}
