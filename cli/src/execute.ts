import {
  type Report,
  type Run,
  type RunOutcome,
  runOf,
  runTask,
  type Task,
  TaskFailedError,
} from '@hubkeeper/core'
import { tasks } from '../../functions/tasks.ts'
import type { ConfiguredHub } from './config.ts'
import { openEmbedded } from './embedded.ts'
import { onInterrupt } from './interrupt.ts'
import type { RunOptions } from './options.ts'
import { nobody, type Spectator } from './task-runner.ts'
import { taskProgress } from './terminal/progress.ts'
import type { Terminal } from './terminal/terminal.ts'

/** Tasks to run with their arguments, one after the other. */
export interface Order {
  readonly task: Task
  readonly input: unknown
  /** @default as the options say */
  readonly scheduledFor?: Date
  /** @default the scheduled time; by hand, something new each time */
  readonly slot?: string
}

/** What a run came to. */
export interface Executed {
  readonly run: Run
  /** What did not run and why not, a line each. */
  readonly remarks: readonly string[]
}

/**
 * Runs tasks on a hub, one after the other; goes on past one that failed.
 *
 * @throws HubkeeperError when one could not even begin.
 */
export async function executeTasks(
  configured: ConfiguredHub,
  orders: readonly Order[],
  options: RunOptions,
  terminal: Terminal,
): Promise<Executed> {
  const startedAt = new Date()
  const reports: Report[] = []
  const remarks: string[] = []
  const spectator: Spectator = {
    progressOf: (task) => taskProgress(terminal, task),
    ran: (report) => reports.push(report),
    alreadySucceeded: ({ run, slot, task }) =>
      remarks.push(`${task} for ${slot} already succeeded (run ${run})`),
  }
  const embedded = openEmbedded(configured, { tasks, spectator })
  const release = onInterrupt(() => embedded.close())
  try {
    for (const { task, input, scheduledFor = options.scheduled ?? null, slot } of orders) {
      // What runs other tasks shows the progress of each.
      const progress = (task.access.tasks === undefined ? spectator : nobody).progressOf(task.name)
      const request = {
        hub: configured.hub,
        input,
        scheduledFor,
        ...(slot === undefined ? {} : { slot }),
        at: options.at ?? null,
        dryRun: options.dryRun ?? false,
        progress,
      }
      const outcome = await reportOf(() => runTask(task, request, embedded.drivers)).finally(progress.end)
      if (outcome.kind === 'ran') spectator.ran(outcome.report)
      else spectator.alreadySucceeded(outcome.record)
    }
  } finally {
    release()
    await embedded.close()
  }
  return { run: runOf(reports, startedAt, new Date()), remarks }
}

/** A failed run has a report like any other: it is shown, and decides the exit code. */
export async function reportOf(run: () => Promise<RunOutcome>): Promise<RunOutcome> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof TaskFailedError) return { kind: 'ran', report: error.report }
    throw error
  }
}
