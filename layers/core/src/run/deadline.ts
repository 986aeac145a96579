import { HubkeeperError } from '../errors.ts'
import type { Task } from '../task.ts'
import type { RunnerDrivers } from './drivers.ts'

const outOfTime = (what: string): HubkeeperError =>
  new HubkeeperError('time-limit', `${what} ran out of time: the function is ended soon`, {
    hint: 'nothing was left half done; run it embedded if it always takes longer than the platform allows',
  })

/** A run that was given up changes nothing more, whatever it still waits for. */
export function refuseLate({ deadline, now }: RunnerDrivers): void {
  if (deadline !== undefined && now() >= deadline) throw outOfTime('the run')
}

/** What `work` gives. @throws HubkeeperError `time-limit` when it takes too long; it may go on alone. */
export async function beforeDeadline<T>(
  work: Promise<T>,
  task: Task,
  { deadline, now }: RunnerDrivers,
): Promise<T> {
  if (deadline === undefined) return work
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(outOfTime(task.name)),
    Math.max(0, deadline.getTime() - now().getTime()),
  )
  // Whichever comes second is of no interest any more, and must not count as unhandled.
  late.catch(() => {})
  work.catch(() => {})
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
