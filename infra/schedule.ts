import type { Schedule, Weekday } from '@hubkeeper/core'

/** EventBridge counts the days of the week from 1, Sunday. */
const weekdays: Readonly<Record<Weekday, number>> = {
  sunday: 1,
  monday: 2,
  tuesday: 3,
  wednesday: 4,
  thursday: 5,
  friday: 6,
  saturday: 7,
}

const clock = (at: string): string => {
  const [hour, minute] = at.split(':').map(Number)
  return `${minute} ${hour}`
}

/**
 * The schedule as EventBridge Scheduler reads it, in the time zone it is given beside; null on demand.
 *
 * Of day of month and day of week exactly one is `?`.
 */
export function expressionOf(schedule: Schedule): string | null {
  switch (schedule.cadence) {
    case 'continuous':
      return `rate(${schedule.everyMinutes} ${schedule.everyMinutes === 1 ? 'minute' : 'minutes'})`
    case 'daily':
      return `cron(${clock(schedule.at)} * * ? *)`
    case 'weekly':
      return `cron(${clock(schedule.at)} ? * ${weekdays[schedule.weekday]} *)`
    case 'monthly':
      return `cron(${clock(schedule.at)} ? * ${weekdays[schedule.weekday]}#${schedule.nth} *)`
    case 'quarterly':
      return `cron(${clock(schedule.at)} ? 3,6,9,12 ${weekdays[schedule.weekday]}#${schedule.nth} *)`
    case 'on-demand':
      return null
  }
}
