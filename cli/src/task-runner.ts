import { setTimeout } from 'node:timers/promises'
import {
  type ConnectedRun,
  dueTasks,
  type FinishedRun,
  type HubConfig,
  HubkeeperError,
  minutes,
  type Report,
  type RunnerDrivers,
  type RunOutcome,
  type RunRequest,
  refuseFrozen,
  runTask,
  seconds,
  type Task,
  type TaskEnding,
  TaskFailedError,
  type TaskRunner,
} from '@hubkeeper/core'
import type { TaskProgress } from './terminal/progress.ts'

/** How often it is looked whether a task may begin, ms. */
const pollInterval = seconds(2)

/** How long a task waits for what other runs do, ms. */
const patience = minutes(30)

/** Who is told of the tasks that another one runs. */
export interface Spectator {
  progressOf(task: string): TaskProgress
  /** A task ended with a report, a failed one as well. */
  ran(report: Report): void
  alreadySucceeded(record: FinishedRun): void
}

/** Is told, and does nothing. */
export const nobody: Spectator = {
  progressOf: () => ({ step: () => {}, end: () => {} }),
  ran: () => {},
  alreadySucceeded: () => {},
}

/** See {@link embeddedTaskRunner}. */
export interface EmbeddedTaskRunnerOptions {
  readonly hub: HubConfig & { readonly id: string }
  readonly tasks: readonly Task[]
  readonly drivers: RunnerDrivers
  readonly spectator: Spectator
  /** The run that asks. */
  readonly parent: ConnectedRun
}

/** `tasks: 'run'` in this process, on the drivers that the asking run has. */
export function embeddedTaskRunner(options: EmbeddedTaskRunnerOptions): TaskRunner {
  const { drivers, hub, parent, spectator, tasks } = options

  /** Waits for what would keep the task from beginning; what is not over in time is thrown. */
  async function runWhenPossible(task: Task, request: RunRequest): Promise<RunOutcome> {
    const giveUpAt = Date.now() + patience
    for (;;) {
      try {
        // Looked at first: a claim that is given back counts as an attempt.
        const changes = task.writes && !request.dryRun
        if (changes) await refuseFrozen(drivers.ledger)
        const writer = changes ? await drivers.ledger.writer() : null
        if (writer === null || Date.now() >= giveUpAt) return await runTask(task, request, drivers)
        request.progress.step(`waiting for ${writer.holder} to end`)
      } catch (error) {
        if (!isForNow(error) || Date.now() >= giveUpAt) throw error
        request.progress.step(`waiting: ${error.message}`)
      }
      await setTimeout(pollInterval)
    }
  }

  return {
    tasksOf: (cadence, at) => dueTasks(drivers.ledger, tasks, cadence, hub.timeZone, at),

    async run(name, request) {
      const task = taskNamed(tasks, name)
      // A run that was overtaken begins nothing more.
      await parent.fence()
      const progress = spectator.progressOf(name)
      const begun = performance.now()
      const ended = (ending: Omit<TaskEnding, 'task' | 'seconds'>): TaskEnding => ({
        task: name,
        seconds: (performance.now() - begun) / 1000,
        ...ending,
      })
      try {
        const outcome = await runWhenPossible(task, { hub, input: {}, at: parent.at, progress, ...request })
        if (outcome.kind === 'already-succeeded') {
          const { finishedAt, run, status } = outcome.record
          spectator.alreadySucceeded(outcome.record)
          return ended({ run, status, succeededBefore: new Date(finishedAt), problem: null })
        }
        const { report } = outcome
        spectator.ran(report)
        return ended({ run: report.run, status: report.status, succeededBefore: null, problem: null })
      } catch (error) {
        if (!(error instanceof HubkeeperError)) throw error
        const report = error instanceof TaskFailedError ? error.report : null
        if (report !== null) spectator.ran(report)
        return ended({
          run: report?.run ?? null,
          status: 'failed',
          succeededBefore: null,
          problem: error.message,
        })
      } finally {
        progress.end()
      }
    },
  }
}

/** Another run stands in the way, and ends by itself. */
const isForNow = (error: unknown): error is HubkeeperError =>
  error instanceof HubkeeperError &&
  !(error instanceof TaskFailedError) &&
  (error.code === 'run-in-progress' || error.code === 'write-lease-held')

function taskNamed(tasks: readonly Task[], name: string): Task {
  const task = tasks.find((candidate) => candidate.name === name)
  if (task === undefined) throw new TypeError(`there is no task ${name}`)
  return task
}
