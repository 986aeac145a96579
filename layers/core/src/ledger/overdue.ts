import { graceOf, latestRun, nextRun, type Schedule } from '../schedule.ts'
import type { TaskLimits } from '../task.ts'
import { minutes } from '../units.ts'

/** A task as far as its schedule goes. */
export interface ScheduledTask {
  readonly name: string
  readonly schedule: Schedule
}

/** A task that is expected to run. */
export interface ExpectedTask extends ScheduledTask {
  /** What a function may use up for it; absent where runs are made on the hub’s own machine. */
  readonly limits?: TaskLimits | undefined
}

/** Whether a task is one of those that a cadence runs in one go. */
export const isOfCadence = ({ schedule }: ScheduledTask): boolean =>
  schedule.cadence !== 'continuous' && schedule.cadence !== 'on-demand'

/** How one scheduled task stands against its schedule. */
export interface Punctuality {
  readonly task: string
  /** When it last succeeded. */
  readonly lastSuccess: Date | null
  /** The first moment since then at which it has to run; null for a task on demand. */
  readonly dueAt: Date | null
  /** How long it has been due without success once the grace is used up, ms; 0 when it is in time. */
  readonly overdue: number
}

/** Clocks of two machines may differ by this much, ms. */
export const clockTolerance = minutes(1)

/**
 * Whether a task ran when it was due. A run by hand counts: what matters is that it was done.
 * Nothing is due before the hub was first kept.
 */
export function punctualityOf(
  task: ScheduledTask,
  lastSuccess: Date | null,
  keptSince: Date | null,
  timeZone: string,
  at: Date,
): Punctuality {
  const dueAt = dueAfter(task.schedule, lastSuccess ?? keptSince ?? at, keptSince, timeZone, at)
  const late = dueAt === null ? 0 : at.getTime() - dueAt.getTime()
  return { task: task.name, lastSuccess, dueAt, overdue: late > graceOf[task.schedule.cadence] ? late : 0 }
}

/** The first run after `from`; or the latest one at `at`, where `from` is in the future. */
function dueAfter(
  schedule: Schedule,
  from: Date,
  keptSince: Date | null,
  timeZone: string,
  at: Date,
): Date | null {
  const ahead = from.getTime() - at.getTime()
  if (ahead <= graceOf[schedule.cadence]) return nextRun(schedule, timeZone, from)
  // What a clock noted that ran ahead does not tell whether it was done since its last time.
  const latest = latestRun(schedule, timeZone, at)
  const before = latest !== null && keptSince !== null && latest < keptSince && keptSince <= at
  return before ? nextRun(schedule, timeZone, keptSince) : latest
}
