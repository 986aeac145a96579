import { clockTolerance } from '../ledger/overdue.ts'
import { formatDuration } from '../units.ts'
import type { RunnerDrivers, RunRequest } from './drivers.ts'

/** Whether a run is made for another moment than now: it does not count as done. */
export const isPretended = ({ at }: Pick<RunRequest, 'at'>, now: Date): boolean =>
  at !== null && Math.abs(at.getTime() - now.getTime()) > clockTolerance

/**
 * Why a run may delete nothing, in words; null where it may. By a wrong clock, what is kept for a month
 * would look a month old.
 */
export async function whyNoDeletion(request: RunRequest, drivers: RunnerDrivers): Promise<string | null> {
  const now = drivers.now().getTime()
  if (isPretended(request, drivers.now())) {
    return `the run pretends that it is ${request.at?.toISOString()}`
  }
  const newest = await drivers.ledger.newestEntry()
  const behind = newest === null ? 0 : newest.at.getTime() - now
  if (newest === null || behind <= clockTolerance) return null
  const cure = newest.task === null ? '' : `; if that clock was wrong, run ${newest.task} again`
  return `the clock is ${formatDuration(behind)} behind the newest entry of the ledger (${newest.task ?? 'its beginning'} at ${newest.at.toISOString()})${cure}`
}
