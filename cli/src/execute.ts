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
import { taskProgress } from './terminal/progress.ts'
import type { Terminal } from './terminal/terminal.ts'

/** Tasks to run with their arguments, one after the other. */
export interface Order {
  readonly task: Task
  readonly input: unknown
}

/** What a run came to, with the tasks that had already succeeded in their slot. */
export interface Executed {
  readonly run: Run
  readonly alreadyDone: readonly string[]
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
  const embedded = openEmbedded(configured, { tasks })
  const release = onInterrupt(() => embedded.close())
  const reports: Report[] = []
  const alreadyDone: string[] = []
  try {
    for (const { task, input } of orders) {
      const progress = taskProgress(terminal, task.name)
      const request = {
        hub: configured.hub,
        input,
        scheduledFor: options.scheduled ?? null,
        at: options.at ?? null,
        dryRun: options.dryRun ?? false,
        progress,
      }
      const outcome = await reportOf(() => runTask(task, request, embedded.drivers)).finally(progress.end)
      if (outcome.kind === 'ran') reports.push(outcome.report)
      else
        alreadyDone.push(
          `${task.name} for ${outcome.record.slot} already succeeded (run ${outcome.record.run})`,
        )
    }
  } finally {
    release()
    await embedded.close()
  }
  return { run: runOf(reports, startedAt, new Date()), alreadyDone }
}

/** A failed run has a report like any other: it is shown, and decides the exit code. */
async function reportOf(run: () => Promise<RunOutcome>): Promise<RunOutcome> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof TaskFailedError) return { kind: 'ran', report: error.report }
    throw error
  }
}
