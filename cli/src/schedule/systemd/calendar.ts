import type { Schedule, Weekday } from '@hubkeeper/core'

const dayNames: Readonly<Record<Weekday, string>> = {
  sunday: 'Sun',
  monday: 'Mon',
  tuesday: 'Tue',
  wednesday: 'Wed',
  thursday: 'Thu',
  friday: 'Fri',
  saturday: 'Sat',
}

const two = (value: number): string => String(value).padStart(2, '0')

/** The days of a month among which each day of the week is its nth: `08..14`. */
const nthWeek = (nth: number): string => `${two(nth * 7 - 6)}..${two(nth * 7)}`

/**
 * The schedule as systemd's OnCalendar, in its normal form; null on demand.
 *
 * Here a day of the week and days of the month must both hold, other than in a crontab.
 */
export function calendarOf(schedule: Schedule, timeZone: string): string | null {
  switch (schedule.cadence) {
    case 'continuous':
      return `*-*-* *:00/${schedule.everyMinutes}:00`
    case 'daily':
      return `*-*-* ${schedule.at}:00 ${timeZone}`
    case 'weekly':
      return `${dayNames[schedule.weekday]} *-*-* ${schedule.at}:00 ${timeZone}`
    case 'monthly':
      return `${dayNames[schedule.weekday]} *-*-${nthWeek(schedule.nth)} ${schedule.at}:00 ${timeZone}`
    case 'quarterly':
      return `${dayNames[schedule.weekday]} *-03,06,09,12-${nthWeek(schedule.nth)} ${schedule.at}:00 ${timeZone}`
    case 'on-demand':
      return null
  }
}
