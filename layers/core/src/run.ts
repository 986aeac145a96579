import { ulid } from 'ulid'
import type { BaseContext, Connect, Progress } from './access.ts'
import type { HubConfig } from './config/schema.ts'
import { HubkeeperError, UsageError } from './errors.ts'
import { keys } from './keys.ts'
import type { Claim, HeldLease, Ledger } from './ledger/ledger.ts'
import type { FinishedRun } from './ledger/record.ts'
import { alertOf } from './notify.ts'
import type { AlertSender } from './ports/alerts.ts'
import type { Datapoint, MetricsPublisher } from './ports/metrics.ts'
import type { ObjectStore } from './ports/object-store.ts'
import { reportMarkdown } from './render/markdown.ts'
import { type Report, statusOf, type TaskResult } from './report.ts'
import type { Task } from './task.ts'
import { messageOf } from './units.ts'

/** What a run is made on. */
export interface RunnerDrivers {
  readonly ledger: Ledger
  /** Keeps the reports. */
  readonly store: ObjectStore
  readonly metrics: MetricsPublisher
  readonly alerts: AlertSender
  /** Hands out the ports; `fence` must pass before each change to the hub's data. */
  readonly connect: (run: { readonly id: string; readonly task: string; readonly fence: Fence }) => Connect
  readonly now: () => Date
  /** Who makes the runs: with the run's id it owns claims and leases. */
  readonly owner: string
  /** ms a claim lasts without renewal. */
  readonly lease: number
  /** Renew claims while running; false where the platform ends the run at its deadline. */
  readonly heartbeat: boolean
}

/** Passes while this run may still change things. @throws HubkeeperError `lease-lost` or `frozen` */
export type Fence = () => Promise<void>

/** Which run is wanted. */
export interface RunRequest {
  readonly hub: HubConfig & { readonly id: string }
  /** Arguments of the task. */
  readonly input: unknown
  /** The scheduled time it runs for; null by hand. */
  readonly scheduledFor: Date | null
  /** The moment it pretends to be; null for now. */
  readonly at: Date | null
  readonly dryRun: boolean
  readonly progress: Progress
}

/** What became of a request: a report, or the run that had already succeeded in that slot. */
export type RunOutcome =
  | { readonly kind: 'ran'; readonly report: Report }
  | { readonly kind: 'already-succeeded'; readonly record: FinishedRun }

/** The task could not do its job. Carries the report, which says so too. */
export class TaskFailedError extends HubkeeperError {
  override readonly name = 'TaskFailedError'
  readonly report: Report
  constructor(report: Report, cause: HubkeeperError) {
    super(cause.code, cause.message, { hint: cause.hint, cause })
    this.report = report
  }
}

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
  const claimed = await drivers.ledger.claim({
    task: task.name,
    slot: request.scheduledFor?.toISOString() ?? run,
    run,
    owner: `${drivers.owner}/${run}`,
    scheduledFor: request.scheduledFor,
    lease: drivers.lease,
  })
  if (claimed.kind === 'already-succeeded') return claimed
  const { claim } = claimed
  const lease = await acquireLease(task, run, drivers, claim)
  const fence: Fence = async () => {
    await claim.check()
    await lease?.check()
    await refuseFrozen(task, drivers.ledger)
  }
  const heart = startHeartbeat(drivers, lease === null ? [claim] : [claim, lease])
  const execution = await execute(task, request, run, drivers, fence)
  await heart.stop()
  const settled = await settle(execution, claim, drivers)
  await lease?.release()
  return outcomeOf(settled)
}

function refuseWrongInput(task: Task, input: unknown): void {
  const result = task.input.safeParse(input)
  if (result.success) return
  const problems = result.error.issues.map(
    (issue) => `${issue.path.join('.') || 'arguments'}: ${issue.message}`,
  )
  throw new UsageError(`${task.name} does not take these arguments: ${problems.join('; ')}`, {
    hint: `see hubkeeper run ${task.name} --help`,
  })
}

async function refuseFrozen(task: Task, ledger: Ledger): Promise<void> {
  const freeze = await ledger.freeze()
  if (freeze === null || !task.writes) return
  throw new HubkeeperError(
    'frozen',
    `nothing may write: frozen by ${freeze.by} since ${freeze.since} (${freeze.reason})`,
    {
      hint: 'thaw it when the reason is gone',
    },
  )
}

/** Takes the hub's write lease for a task that writes; gives the claim back when it cannot be had. */
async function acquireLease(
  task: Task,
  run: string,
  drivers: RunnerDrivers,
  claim: Claim,
): Promise<HeldLease | null> {
  try {
    await refuseFrozen(task, drivers.ledger)
    if (!task.writes) return null
    const holder = `${task.name} (run ${run})`
    const owner = `${drivers.owner}/${run}`
    return await drivers.ledger.acquireWriteLease({ owner, holder, lease: drivers.lease })
  } catch (error) {
    await claim.finish('failed', 'failed')
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
      .catch(() => clearInterval(timer))
  }, drivers.lease / 3)
  return {
    async stop() {
      clearInterval(timer)
      await beat
    },
  }
}

/** A report, with the error behind it as it was thrown. */
interface Execution {
  readonly report: Report
  readonly failure: HubkeeperError | null
}

async function execute(
  task: Task,
  request: RunRequest,
  run: string,
  drivers: RunnerDrivers,
  fence: Fence,
): Promise<Execution> {
  const startedAt = drivers.now()
  const base: BaseContext = {
    hub: request.hub,
    run,
    scheduledFor: request.scheduledFor,
    at: request.at ?? startedAt,
    dryRun: request.dryRun,
    progress: request.progress,
  }
  let result: TaskResult = { findings: [] }
  let failure: HubkeeperError | null = null
  try {
    result = await task.start(base, drivers.connect({ id: run, task: task.name, fence }), request.input)
  } catch (error) {
    failure = asHubkeeperError(error)
  }
  const report: Report = {
    schema: 1,
    hub: request.hub.id,
    task: task.name,
    run,
    scheduledFor: request.scheduledFor?.toISOString() ?? null,
    startedAt: startedAt.toISOString(),
    finishedAt: drivers.now().toISOString(),
    status: 'ok',
    findings: [...result.findings],
    figures: [...(result.figures ?? [])],
    artifacts: [...(result.artifacts ?? [])],
    error: null,
  }
  return judged({ report, failure })
}

/** The execution with status and error filled in from what happened. */
function judged({ report, failure }: Execution): Execution {
  const error = failure === null ? null : { code: failure.code, message: failure.message, hint: failure.hint }
  return { report: { ...report, error, status: statusOf(report.findings, error) }, failure }
}

/**
 * Persists the report, ends the claim, publishes and alerts. What fails here fails the run, for it
 * would otherwise be silent. A run that was overtaken alerts nobody: the other one does.
 */
async function settle(execution: Execution, claim: Claim, drivers: RunnerDrivers): Promise<Execution> {
  let current = execution
  const attempt = async (step: () => Promise<unknown>): Promise<void> => {
    try {
      await step()
    } catch (error) {
      if (current.failure === null) current = judged({ ...current, failure: asHubkeeperError(error) })
    }
  }
  const overtaken = (): boolean => current.failure?.code === 'lease-lost'
  await attempt(() => persist(current.report, drivers.store))
  await attempt(() => drivers.metrics.publish(datapointsOf(current.report)))
  await attempt(async () => {
    const alert = alertOf(current.report)
    if (alert !== null && !overtaken()) await drivers.alerts.send(alert)
  })
  await attempt(() => claim.finish(current.failure === null ? 'succeeded' : 'failed', current.report.status))
  return current
}

async function persist(report: Report, store: ObjectStore): Promise<void> {
  const absent = { ifNoneMatch: '*' } as const
  const { task, run } = report
  await store.put(keys.report(task, run, 'json'), `${JSON.stringify(report, null, 2)}\n`, absent)
  await store.put(keys.report(task, run, 'md'), reportMarkdown(report), absent)
}

/** Every figure of a report, and how long the run took. */
export function datapointsOf(report: Report): Datapoint[] {
  const at = new Date(report.finishedAt)
  const duration = (at.getTime() - new Date(report.startedAt).getTime()) / 1000
  const figures = [
    ...report.figures,
    { name: 'task.duration', subject: report.task, value: duration, unit: 'seconds' as const },
  ]
  return figures.map((figure) => ({ hub: report.hub, ...figure, at }))
}

/** @throws TaskFailedError when the execution failed. */
function outcomeOf({ report, failure }: Execution): RunOutcome {
  if (failure !== null) throw new TaskFailedError(report, failure)
  return { kind: 'ran', report }
}

/** What was thrown, as an error that a report can carry. Anything unforeseen is a defect of ours. */
function asHubkeeperError(thrown: unknown): HubkeeperError {
  if (thrown instanceof HubkeeperError) return thrown
  return new HubkeeperError('unexpected', messageOf(thrown), {
    hint: 'this is a defect: run it again with --debug and report what it prints',
    cause: thrown,
  })
}
