import type { BaseContext } from '../access.ts'
import { HubkeeperError } from '../errors.ts'
import {
  type Artifact,
  type Attachment,
  type Finding,
  type Report,
  statusOf,
  type TaskResult,
} from '../report.ts'
import type { Task } from '../task.ts'
import { messageOf } from '../units.ts'
import { keyOfAttachment } from './attachments.ts'
import { beforeDeadline } from './deadline.ts'
import { isPretended, whyNoDeletion } from './deletion.ts'
import {
  type Fence,
  type RunnerDrivers,
  type RunOutcome,
  type RunRequest,
  TaskFailedError,
} from './drivers.ts'

/** A report, with the error behind it as it was thrown. */
export interface Execution {
  readonly report: Report
  readonly failure: HubkeeperError | null
  readonly attachments: readonly Attachment[]
  /** Findings that were told before. */
  readonly known: ReadonlySet<Finding>
}

/**
 * What tells this request from others: what it was given, its scheduled time, or this very run. One that pretends
 * another moment takes no scheduled time from the run that is to be made then.
 */
export const slotOf = (request: RunRequest, run: string, now: Date): string =>
  request.slot ?? (isPretended(request, now) ? run : (request.scheduledFor?.toISOString() ?? run))

/** Runs the task and gives its report; what it throws or gives as its failure becomes the report's error. */
export async function execute(
  task: Task,
  request: RunRequest,
  run: string,
  drivers: RunnerDrivers,
  fence: Fence,
): Promise<Execution> {
  const startedAt = drivers.now()
  const base: Omit<BaseContext, 'deletionRefused'> = {
    hub: request.hub,
    run,
    slot: slotOf(request, run, startedAt),
    scheduledFor: request.scheduledFor,
    at: request.at ?? startedAt,
    now: drivers.now,
    dryRun: request.dryRun,
    progress: request.progress,
  }
  let result: TaskResult = { findings: [] }
  let failure: HubkeeperError | null = null
  try {
    // What runs all the time deletes nothing, and reads as little as it can.
    const deletionRefused =
      task.schedule.cadence === 'continuous' ? null : await whyNoDeletion(request, drivers)
    const work = task.start(
      { ...base, deletionRefused },
      drivers.connect({ id: run, task: task.name, at: request.at, dryRun: request.dryRun, fence }),
      request.input,
    )
    result = await beforeDeadline(work, task, drivers)
    failure = result.failure ?? null
  } catch (error) {
    failure = asHubkeeperError(error)
  }
  // A dry run keeps nothing.
  const documents = request.dryRun ? [] : (result.attachments ?? [])
  const pretends = isPretended(request, startedAt)
  // Other programs look for published ones: those of another moment stay beside their report.
  const attachments = pretends ? documents.map(({ name, text }) => ({ name, text })) : documents
  const report: Report = {
    schema: 1,
    hub: request.hub.id,
    task: task.name,
    run,
    scheduledFor: request.scheduledFor?.toISOString() ?? null,
    startedAt: startedAt.toISOString(),
    finishedAt: drivers.now().toISOString(),
    ...(request.at !== null && pretends ? { pretendedAt: request.at.toISOString() } : {}),
    status: 'ok',
    findings: [...result.findings],
    figures: [...(result.figures ?? [])],
    artifacts: [...(result.artifacts ?? []), ...attachments.map((each) => artifactOf(each, task.name, run))],
    error: null,
  }
  return judged({ report, failure, attachments, known: result.known ?? new Set() })
}

const artifactOf = (attachment: Attachment, task: string, run: string): Artifact => ({
  kind: 'attachment',
  key: keyOfAttachment(attachment, task, run),
  bytes: new TextEncoder().encode(attachment.text).length,
})

/** The execution with status and error filled in from what happened. */
function judged({ report, failure, ...rest }: Execution): Execution {
  const error = failure === null ? null : { code: failure.code, message: failure.message, hint: failure.hint }
  return { ...rest, report: { ...report, error, status: statusOf(report.findings, error) }, failure }
}

/** Takes every step, also past one that failed; the first failure becomes the execution's own. */
export async function attemptAll(
  execution: Execution,
  steps: readonly ((current: Execution) => Promise<unknown>)[],
): Promise<Execution> {
  let current = execution
  for (const step of steps) {
    try {
      await step(current)
    } catch (error) {
      if (current.failure === null) current = judged({ ...current, failure: asHubkeeperError(error) })
    }
  }
  return current
}

/** @throws TaskFailedError when the execution failed. */
export function outcomeOf({ report, failure }: Execution): RunOutcome {
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
