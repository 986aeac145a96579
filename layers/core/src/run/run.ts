import { ulid } from 'ulid'
import { HubkeeperError, UsageError } from '../errors.ts'
import type { Claim, HeldLease } from '../ledger/ledger.ts'
import type { Task } from '../task.ts'
import { runContinuous } from './continuous.ts'
import { beforeDeadline, refuseLate } from './deadline.ts'
import { isPretended } from './deletion.ts'
import type { Fence, RunnerDrivers, RunOutcome, RunRequest } from './drivers.ts'
import { attemptAll, execute, outcomeOf, slotOf } from './execution.ts'
import { refuseFrozen } from './frozen.ts'
import { settle } from './settle.ts'

/**
 * Runs a task and sees it through: claim, run, report, metrics, alert. The only place that catches.
 *
 * @throws UsageError for arguments that the task does not take: nothing ran.
 * @throws HubkeeperError `run-in-progress`, `write-lease-held`, `frozen`: nothing ran.
 * @throws TaskFailedError when it ran and could not do its job, so that a platform counts it.
 */
export async function runTask(task: Task, request: RunRequest, drivers: RunnerDrivers): Promise<RunOutcome> {
  refuseWrongInput(task, request.input)
  const run = ulid(drivers.now().getTime())
  // A dry run leaves no trace, so it needs no claim either.
  if (request.dryRun) return outcomeOf(await execute(task, request, run, drivers, async () => {}))
  if (task.schedule.cadence === 'continuous') {
    return outcomeOf(await runContinuous(task, request, run, drivers))
  }
  const claiming = drivers.ledger.claim({
    task: task.name,
    slot: slotOf(request, run, drivers.now()),
    run,
    owner: `${drivers.owner}/${run}`,
    scheduledFor: request.scheduledFor,
    lease: drivers.lease,
    counts: !isPretended(request, drivers.now()),
  })
  const claimed = await beforeDeadline(claiming, task, drivers)
  if (claimed.kind === 'already-succeeded') return claimed
  const { claim } = claimed
  const lease = await acquireLease(task, run, drivers, claim)
  const fence: Fence = async () => {
    refuseLate(drivers)
    await claim.check()
    await lease?.check()
    if (task.writes) await refuseFrozen(drivers.ledger)
  }
  const heart = startHeartbeat(drivers, lease === null ? [claim] : [claim, lease])
  const execution = await execute(task, request, run, drivers, fence)
  await heart.stop()
  const settled = await settle(task, execution, claim, drivers)
  // As one more step: a lease that cannot be given back must not hide what failed before.
  return outcomeOf(await attemptAll(settled, [async () => lease?.release()]))
}

function refuseWrongInput(task: Task, input: unknown): void {
  const result = task.input.safeParse(input)
  if (result.success) return
  const problems = result.error.issues.map(
    (issue) => `${issue.path.join('.') || 'arguments'}: ${issue.message}`,
  )
  throw new UsageError(`${task.name} does not take these arguments: ${problems.join('; ')}`, {
    hint: `see what it takes: hubkeeper tasks ${task.name}`,
  })
}

/** Takes the hub's write lease for a task that writes; gives the claim back when it cannot be had. */
async function acquireLease(
  task: Task,
  run: string,
  drivers: RunnerDrivers,
  claim: Claim,
): Promise<HeldLease | null> {
  try {
    if (!task.writes) return null
    await refuseFrozen(drivers.ledger)
    const holder = `${task.name} (run ${run})`
    const owner = `${drivers.owner}/${run}`
    const acquiring = drivers.ledger.acquireWriteLease({ owner, holder, lease: drivers.lease })
    return await beforeDeadline(acquiring, task, drivers)
  } catch (error) {
    // Why it could not be had is what matters; a claim that cannot be ended either runs out.
    await claim.finish('failed', 'failed').catch(() => {})
    throw error
  }
}

/** Renews claims while the task runs. A lost one is noticed by the next fence, not here. */
function startHeartbeat(
  drivers: RunnerDrivers,
  holders: readonly { renew(): Promise<void> }[],
): { stop(): Promise<void> } {
  if (!drivers.heartbeat) return { stop: async () => {} }
  // One after the other: two renewals at once would overtake each other's revision.
  let beat: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    beat = beat
      .then(async () => {
        for (const holder of holders) await holder.renew()
      })
      .catch((error: unknown) => {
        // What is lost is lost. Anything else may work the next time, before the lease ends.
        if (error instanceof HubkeeperError && error.code === 'lease-lost') clearInterval(timer)
      })
  }, drivers.lease / 3)
  return {
    async stop() {
      clearInterval(timer)
      await beat
    },
  }
}
