import { days } from '@hubkeeper/core'
import type { Appointment } from '../entries.ts'

/** Days over which a year's changes of summer time are looked for. */
const yearDays = 366

const minuteIn = (timeZone: string): ((at: Date) => number) => {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, minute: 'numeric' })
  return (at) => Number(format.format(at))
}

/**
 * The minutes of the hour, on the machine's clock, at which any of these tasks can be due.
 *
 * The hour is left out: cron wakes at that minute of every hour, so neither time zones of whole hours nor
 * summer time matter, and what was missed is caught up within the hour. Time zones that differ by parts of
 * an hour shift the minute; where summer time does so too, a task has more than one.
 */
export function dueMinutes(
  appointments: readonly Appointment[],
  machineTimeZone: string,
  from: Date,
): number[] {
  const minutes = new Set<number>()
  const machine = minuteIn(machineTimeZone)
  for (const [timeZone, own] of Map.groupBy(appointments, (appointment) => appointment.timeZone)) {
    const hub = minuteIn(timeZone)
    const shifts = new Set<number>()
    for (let day = 0; day < yearDays; day++) {
      const at = new Date(from.getTime() + days(day))
      shifts.add((machine(at) - hub(at) + 60) % 60)
    }
    for (const { schedule } of own) {
      if (!('at' in schedule)) continue
      const minute = Number(schedule.at.slice(3))
      for (const shift of shifts) minutes.add((minute + shift) % 60)
    }
  }
  return [...minutes].sort((a, b) => a - b)
}
