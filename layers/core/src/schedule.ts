import { Cron } from 'croner'
import * as z from 'zod'
import { days, hours, minutes } from './units.ts'

/** How often a task belongs to be done. */
export const cadences = ['continuous', 'daily', 'weekly', 'monthly', 'quarterly', 'on-demand'] as const

/** One of {@link cadences}. */
export type Cadence = (typeof cadences)[number]

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const

/** A day of the week. */
export type Weekday = (typeof weekdays)[number]

const at = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)
const nth = z.number().int().min(1).max(4)
const weekday = z.enum(weekdays)

/** When a task runs, in the hub's time zone; rendered to every scheduler's own language. */
export const scheduleSchema = z.discriminatedUnion('cadence', [
  z.strictObject({ cadence: z.literal('continuous'), everyMinutes: z.number().int().min(1).max(59) }),
  z.strictObject({ cadence: z.literal('daily'), at }),
  z.strictObject({ cadence: z.literal('weekly'), weekday, at }),
  z.strictObject({ cadence: z.literal('monthly'), nth, weekday, at }),
  z.strictObject({ cadence: z.literal('quarterly'), nth, weekday, at }),
  z.strictObject({ cadence: z.literal('on-demand') }),
])

/** See {@link scheduleSchema}. */
export type Schedule = Readonly<z.infer<typeof scheduleSchema>>

/** Every day at a wall-clock time, `HH:MM`. */
export const daily = (at: string): Schedule => ({ cadence: 'daily', at })

/** Every week on a day at a wall-clock time, `HH:MM`. */
export const weekly = (weekday: Weekday, at: string): Schedule => ({ cadence: 'weekly', weekday, at })

/** On the nth (1–4) such weekday of every month. */
export const monthly = (nth: number, weekday: Weekday, at: string): Schedule => ({
  cadence: 'monthly',
  nth,
  weekday,
  at,
})

/** On the nth (1–4) such weekday of March, June, September and December. */
export const quarterly = (nth: number, weekday: Weekday, at: string): Schedule => ({
  cadence: 'quarterly',
  nth,
  weekday,
  at,
})

/** Every so many minutes. */
export const continuous = (everyMinutes: number): Schedule => ({ cadence: 'continuous', everyMinutes })

/** Only when asked for. */
export const onDemand: Schedule = { cadence: 'on-demand' }

const clock = (at: string): string => {
  const [hour, minute] = at.split(':').map(Number)
  return `${minute} ${hour}`
}

/**
 * The schedule as croner reads it (weekday `#n` is the nth of the month); null on demand.
 *
 * Day of month and day of week are never both restricted: cron would then fire on either.
 */
function pattern(schedule: Schedule): string | null {
  switch (schedule.cadence) {
    case 'continuous':
      return `*/${schedule.everyMinutes} * * * *`
    case 'daily':
      return `${clock(schedule.at)} * * *`
    case 'weekly':
      return `${clock(schedule.at)} * * ${weekdays.indexOf(schedule.weekday)}`
    case 'monthly':
      return `${clock(schedule.at)} * * ${weekdays.indexOf(schedule.weekday)}#${schedule.nth}`
    case 'quarterly':
      return `${clock(schedule.at)} * 3,6,9,12 ${weekdays.indexOf(schedule.weekday)}#${schedule.nth}`
    case 'on-demand':
      return null
  }
}

/** The first moment after `after` at which it runs; null on demand. */
export function nextRun(schedule: Schedule, timeZone: string, after: Date): Date | null {
  const cron = pattern(schedule)
  return cron === null ? null : new Cron(cron, { timezone: timeZone, paused: true }).nextRun(after)
}

/** The last moment at or before `at` at which it was to run; null on demand. */
export function latestRun(schedule: Schedule, timeZone: string, at: Date): Date | null {
  const cron = pattern(schedule)
  if (cron === null) return null
  // Croner's own search excludes the moment it starts from, and counts whole seconds.
  const after = new Date(Math.floor(at.getTime() / 1000) * 1000 + 1000)
  return new Cron(cron, { timezone: timeZone, paused: true }).previousRuns(1, after)[0] ?? null
}

/** How long after its time a run may be missing before it is overdue, ms. */
export const graceOf: Record<Cadence, number> = {
  continuous: minutes(5),
  daily: hours(2),
  weekly: hours(6),
  monthly: days(1),
  quarterly: days(3),
  'on-demand': 0,
}

/** How long all tasks of a cadence may take together, ms; null where there is no such window. */
export const windowOf: Record<Cadence, number | null> = {
  continuous: null,
  daily: minutes(15),
  weekly: minutes(45),
  monthly: hours(3),
  quarterly: hours(6),
  'on-demand': null,
}

const ordinals = ['', 'first', 'second', 'third', 'fourth']
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

/** The schedule in words: `weekly, Sunday 14:15`. */
export function describeSchedule(schedule: Schedule): string {
  switch (schedule.cadence) {
    case 'continuous':
      return `every ${schedule.everyMinutes === 1 ? 'minute' : `${schedule.everyMinutes} minutes`}`
    case 'daily':
      return `daily ${schedule.at}`
    case 'weekly':
      return `weekly, ${capital(schedule.weekday)} ${schedule.at}`
    case 'monthly':
      return `monthly, ${ordinals[schedule.nth]} ${capital(schedule.weekday)} ${schedule.at}`
    case 'quarterly':
      return `quarterly, ${ordinals[schedule.nth]} ${capital(schedule.weekday)} of March, June, September, December ${schedule.at}`
    case 'on-demand':
      return 'on demand'
  }
}
