import { HubkeeperError } from './errors.ts'
import { finding } from './finding.ts'
import type { HubControl, LeftStopped } from './ports/control.ts'
import type { Finding } from './report.ts'
import { messageOf } from './units.ts'

/**
 * Stops the hub's server, does `work`, and starts it again: also when stopping or the work failed.
 *
 * @throws HubkeeperError `hub-control` when it cannot be stopped, then nothing was done; when it cannot be
 *   started, with what failed before that
 * @throws whatever `work` throws
 */
export async function whileStopped<T>(control: HubControl, work: () => Promise<T>): Promise<T> {
  const result = await stopAndWork(control, work)
  await startAgain(control, 'what it was stopped for is done')
  return result
}

async function stopAndWork<T>(control: HubControl, work: () => Promise<T>): Promise<T> {
  try {
    await control.stop()
    return await work()
  } catch (error) {
    // A command that failed may have stopped it all the same.
    await startAgain(control, `before that: ${messageOf(error)}`)
    throw error
  }
}

/** A hub that stays down matters more than what happened before it, which is told as well. */
async function startAgain(control: HubControl, before: string): Promise<void> {
  try {
    await control.start()
  } catch (error) {
    if (!(error instanceof HubkeeperError)) throw error
    throw new HubkeeperError(error.code, `${error.message}; ${before}`, { hint: error.hint, cause: error })
  }
}

/** A server that was found left stopped, and what became of it, in words. */
export const leftStoppedFinding = (
  { run, since }: LeftStopped,
  status: 'warning' | 'critical',
  outcome: string,
  advice = 'see what ended that run, such as a lack of memory or a machine that went down',
): Finding =>
  finding('services.running', status, {
    subject: 'hub',
    expected: 'running',
    actual: `run ${run} left it stopped since ${since.toISOString()}; ${outcome}`,
    advice,
  })

/**
 * Starts a server that is left stopped by a run that died before it could; a dry run only tells of it. Empty
 * when none is.
 */
export async function startLeftStopped(control: HubControl, dryRun: boolean): Promise<Finding[]> {
  const left = await control.leftStopped()
  if (left === null) return []
  if (dryRun) return [leftStoppedFinding(left, 'warning', 'a dry run does not start it')]
  try {
    await control.start()
    return [leftStoppedFinding(left, 'warning', 'it was started again')]
  } catch (error) {
    if (!(error instanceof HubkeeperError) || error.code !== 'hub-control') throw error
    return [leftStoppedFinding(left, 'critical', error.message, error.hint)]
  }
}
