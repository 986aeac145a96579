import { type Cadence, cadences, describeSchedule, nextRun, type Schedule, type Task } from '@hubkeeper/core'
import type { ConfiguredHub } from '../config.ts'

/** A cadence that a clock wakes. */
export type TimedCadence = Exclude<Cadence, 'on-demand'>

/** When a task of a hub runs. */
export interface Appointment {
  readonly hub: string
  readonly timeZone: string
  readonly task: string
  readonly schedule: Schedule
}

/** What a machine's scheduler holds for one cadence: it wakes the command, which decides what is due. */
export interface Entry {
  readonly cadence: TimedCadence
  readonly appointments: readonly Appointment[]
}

/** Nobody starts a Node every minute to ask an API how it is: minutes between two probes by a scheduler. */
const leastMinutes = 5

/** Every how many minutes a scheduler wakes the continuous tasks. */
export const minutesBetween = (appointments: readonly Appointment[]): number =>
  Math.max(
    leastMinutes,
    Math.min(
      ...appointments.map(({ schedule }) => (schedule.cadence === 'continuous' ? schedule.everyMinutes : 59)),
    ),
  )

/** One entry for each cadence that has tasks, with those of every hub. */
export function entriesOf(hubs: readonly ConfiguredHub[], tasks: readonly Task[]): Entry[] {
  return cadences.flatMap((cadence) => {
    if (cadence === 'on-demand') return []
    const appointments = hubs.flatMap(({ hub }) =>
      tasks
        .filter(({ schedule }) => schedule.cadence === cadence)
        .map(({ name, schedule }) => ({ hub: hub.id, timeZone: hub.timeZone, task: name, schedule })),
    )
    return appointments.length === 0 ? [] : [{ cadence, appointments }]
  })
}

/** The schedule as a scheduler of this machine keeps it, in words. */
export const describeEmbedded = ({ schedule }: Appointment): string =>
  schedule.cadence === 'continuous'
    ? describeSchedule({ ...schedule, everyMinutes: Math.max(leastMinutes, schedule.everyMinutes) })
    : describeSchedule(schedule)

/** The next time of an appointment; null for what runs all the time. */
export const nextOf = ({ schedule, timeZone }: Appointment, after: Date): Date | null =>
  schedule.cadence === 'continuous' ? null : nextRun(schedule, timeZone, after)

/** A moment on a time zone's clock: `2026-11-26 04:30`. */
export const localTime = (at: Date, timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(at)

/** What comes next on these hubs, in words. */
export function describeNext(entries: readonly Entry[], at: Date): string {
  const coming = entries
    .flatMap(({ appointments }) => appointments)
    .flatMap((appointment) => {
      const next = nextOf(appointment, at)
      return next === null ? [] : [{ ...appointment, next }]
    })
    .sort((a, b) => a.next.getTime() - b.next.getTime())
  const [first] = coming
  if (first === undefined) return 'nothing comes next'
  return `next is ${first.task} of ${first.hub}, ${localTime(first.next, first.timeZone)} ${first.timeZone}`
}
