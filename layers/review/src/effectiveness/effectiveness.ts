import {
  type Cadence,
  countOf,
  days,
  type ExpectedTask,
  type Finding,
  finding,
  formatDuration,
  graceOf,
  median,
  nextRun,
  type Punctuality,
  type Report,
} from '@hubkeeper/core'
import type { History } from '../history/history.ts'

/** How one task was done in a time. */
export interface TaskEffect {
  readonly task: string
  /** Attempts that ended, failed ones among them. */
  readonly runs: number
  /** Of them, those that did their job. */
  readonly completed: number
  readonly failed: number
  /** Of those for a scheduled time, how many began when the grace was used up. */
  readonly late: number
  /** Scheduled times at which it was to run; null on demand and for what runs all the time. */
  readonly scheduled: number | null
  /** Of them, those that no run did the job for before the next one, by hand or not. */
  readonly missed: number
  /** Runs that a person asked for. */
  readonly byHand: number
  /** Median of the runs that did their job, seconds; null where there was none. */
  readonly typicalSeconds: number | null
  readonly longestSeconds: number | null
  /** When it is or was due next; null where it is not scheduled, or never ran. */
  readonly dueAt: Date | null
  /** For how long it is overdue now, ms; 0 when it is in time. */
  readonly overdue: number
}

/** Scheduled times are counted up to that many. */
const most = 1000

/**
 * How every task was done.
 *
 * @param keptSince nothing is expected of the time before; the first report of all by default
 */
export function effectivenessOf(
  history: History,
  tasks: readonly ExpectedTask[],
  punctuality: readonly Punctuality[],
  timeZone: string,
  keptSince: Date | null = firstRunOf(history),
): TaskEffect[] {
  const since = keptSince ?? history.to
  return tasks.map((task) => {
    const standing = punctuality.find((each) => each.task === task.name)
    return {
      ...effectOf(task, history, since, timeZone),
      dueAt: standing?.dueAt ?? null,
      overdue: standing?.overdue ?? 0,
    }
  })
}

/** When the first run began that left a report; null where none did. */
export function firstRunOf({ reports }: History): Date | null {
  const began = [...reports.values()].flatMap((all) => all.slice(0, 1).map((run) => beginOf(run).getTime()))
  return began.length === 0 ? null : new Date(Math.min(...began))
}

const beginOf = ({ startedAt }: Report): Date => new Date(startedAt)
const secondsOf = ({ finishedAt, startedAt }: Report): number =>
  Math.max(0, (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000)

function effectOf(
  task: ExpectedTask,
  { from, reports, to }: History,
  since: Date,
  timeZone: string,
): Omit<TaskEffect, 'dueAt' | 'overdue'> {
  const { name, schedule } = task
  const runs = reports.get(name) ?? []
  const done = runs.filter(({ status }) => status !== 'failed')
  const seconds = done.map(secondsOf)
  const grace = graceOf[schedule.cadence]
  // What runs all the time keeps a report only when it has news.
  const isCounted = schedule.cadence !== 'continuous' && schedule.cadence !== 'on-demand'
  const times = isCounted ? scheduledTimes(task, from > since ? from : since, to, timeZone) : null
  return {
    task: name,
    runs: runs.length,
    completed: done.length,
    failed: runs.length - done.length,
    late: runs.filter((run) => delayOf(run) > grace).length,
    scheduled: times?.length ?? null,
    missed:
      times === null ? 0 : times.filter((time, i) => wasMissed(time, times[i + 1], done, to, grace)).length,
    byHand: runs.filter(({ scheduledFor }) => scheduledFor === null).length,
    typicalSeconds: seconds.length === 0 ? null : median(seconds),
    longestSeconds: seconds.length === 0 ? null : Math.max(...seconds),
  }
}

/** How long after its time a run began, ms; 0 for one by hand. */
const delayOf = ({ scheduledFor, startedAt }: Report): number =>
  scheduledFor === null ? 0 : Date.parse(startedAt) - Date.parse(scheduledFor)

function scheduledTimes({ schedule }: ExpectedTask, from: Date, to: Date, timeZone: string): Date[] {
  const times: Date[] = []
  // The first moment counts as well.
  let time = nextRun(schedule, timeZone, new Date(from.getTime() - 1))
  while (time !== null && time <= to && times.length < most) {
    times.push(time)
    time = nextRun(schedule, timeZone, time)
  }
  return times
}

/** Nobody did it from its time until the next one, and the grace has passed. */
function wasMissed(
  time: Date,
  next: Date | undefined,
  done: readonly Report[],
  to: Date,
  grace: number,
): boolean {
  if (to.getTime() - time.getTime() <= grace) return false
  return !done.some((run) => {
    const began = beginOf(run)
    return began >= time && (next === undefined || began < next)
  })
}

/** Whether a task ran, was to run, or is to run by now. */
export const wasToRun = ({ overdue, runs, scheduled }: TaskEffect): boolean =>
  runs > 0 || (scheduled ?? 0) > 0 || overdue > 0

/** Whether a task was not done as it should be, more than once, or is overdue. */
export const isWanting = ({
  failed,
  late,
  missed,
  overdue,
}: Pick<TaskEffect, 'failed' | 'late' | 'missed' | 'overdue'>): boolean =>
  failed + late + missed > 1 || overdue > 0

/** Whether a task was done, and in time. */
export function effectFinding(effect: TaskEffect): Finding {
  const { completed, failed, late, missed, overdue, scheduled, task: subject } = effect
  if (!wasToRun(effect)) {
    return finding('maintenance.effective', 'skipped', {
      subject,
      actual: 'it left no report, and had no scheduled time',
    })
  }
  const counts = [
    `${completed} completed`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(late === 0 ? [] : [`${late} late`]),
    ...(missed === 0 ? [] : [`${missed} missed`]),
  ].join(', ')
  return finding('maintenance.effective', isWanting(effect) ? 'warning' : 'ok', {
    subject,
    expected: expectedOf(scheduled),
    actual: counts,
    evidence: overdue > 0 ? [`overdue for ${formatDuration(overdue)} by now`] : [],
  })
}

function expectedOf(scheduled: number | null): string {
  if (scheduled === null) return 'done when asked for'
  return scheduled === 0 ? 'done when it was due' : `done at ${countOf(scheduled, 'scheduled time')}`
}

/** A task that is to come. */
export interface ComingRun {
  readonly task: string
  readonly at: Date
  readonly cadence: Cadence
}

/** Daily and rarer runs that are to come within so many days, each task's next one, soonest first. */
export function comingRuns(
  tasks: readonly ExpectedTask[],
  timeZone: string,
  at: Date,
  ahead: number,
): ComingRun[] {
  const end = new Date(at.getTime() + days(ahead))
  return tasks
    .filter(({ schedule: { cadence } }) => cadence !== 'continuous')
    .flatMap(({ name, schedule }) => {
      const next = nextRun(schedule, timeZone, at)
      return next === null || next > end ? [] : [{ task: name, at: next, cadence: schedule.cadence }]
    })
    .toSorted((a, b) => a.at.getTime() - b.at.getTime())
}
