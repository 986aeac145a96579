import type { CadenceTask } from '../ports/task-runner.ts'
import { type Cadence, latestRun } from '../schedule.ts'
import type { Ledger } from './ledger.ts'
import type { ScheduledTask } from './overdue.ts'

/** How often a scheduled time is tried, before a task is left until its next one. */
export const maxAttempts = 3

/** A task of a cadence, and whether it is to run now. */
export interface DueTask extends CadenceTask {
  /** The scheduled time that was tried often enough; null where there is none. */
  readonly givenUp: Date | null
}

/**
 * The tasks of a cadence in their order, each with the scheduled time that it has to run for: the latest
 * one, if the task did not succeed since it was first due. What was missed before that is not made up for.
 */
export async function dueTasks(
  ledger: Pick<Ledger, 'isUnderWay' | 'punctuality' | 'run'>,
  tasks: readonly ScheduledTask[],
  cadence: Cadence,
  timeZone: string,
  at: Date,
): Promise<DueTask[]> {
  const punctuality = await ledger.punctuality(at)
  const found: DueTask[] = []
  for (const { name, schedule } of tasks) {
    if (schedule.cadence !== cadence) continue
    const dueAt = punctuality.find(({ task }) => task === name)?.dueAt ?? null
    const latest = dueAt !== null && dueAt <= at ? latestRun(schedule, timeZone, at) : null
    found.push({ name, ...(await verdictOn(ledger, name, latest)) })
  }
  return found
}

async function verdictOn(
  ledger: Pick<Ledger, 'isUnderWay' | 'run'>,
  task: string,
  latest: Date | null,
): Promise<Pick<DueTask, 'dueFor' | 'givenUp'>> {
  const run = latest === null ? null : await ledger.run(task, latest.toISOString())
  // A run that succeeded just before its process died is not noted elsewhere.
  if (latest === null || run?.state === 'succeeded') return { dueFor: null, givenUp: null }
  if (run === null || run.attempt < maxAttempts || ledger.isUnderWay(run))
    return { dueFor: latest, givenUp: null }
  return { dueFor: null, givenUp: latest }
}
