import { formatDuration, minutes } from '../units.ts'
import type { RunnerDrivers, RunRequest } from './drivers.ts'

/** Clocks of two machines may differ by this much, ms. */
const tolerance = minutes(1)

/**
 * Why a run may delete nothing, in words; null where it may. By a wrong clock, what is kept for a month
 * would look a month old.
 */
export async function whyNoDeletion(request: RunRequest, drivers: RunnerDrivers): Promise<string | null> {
  const now = drivers.now().getTime()
  if (request.at !== null && Math.abs(request.at.getTime() - now) > tolerance) {
    return `the run pretends that it is ${request.at.toISOString()}`
  }
  const newest = await drivers.ledger.newestMoment()
  const behind = newest === null ? 0 : newest.getTime() - now
  if (newest === null || behind <= tolerance) return null
  return `the clock is ${formatDuration(behind)} behind the newest entry of the ledger (${newest.toISOString()})`
}
