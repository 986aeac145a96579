import type { Cadence } from '../schedule.ts'
import type { RunStatus } from '../status.ts'

/** A task that a cadence consists of. */
export interface CadenceTask {
  readonly name: string
  /** The scheduled time that it is due for and has not succeeded in yet; null when it is not due. */
  readonly dueFor: Date | null
}

/** Which run of a task is wanted. */
export interface TaskRequest {
  /** Equal for every attempt at the same work: what succeeded in it is not done again. */
  readonly slot: string
  readonly scheduledFor: Date | null
  readonly dryRun: boolean
}

/** What became of one task of a cadence. */
export interface TaskEnding {
  readonly task: string
  /** ULID of the run; null when none began. */
  readonly run: string | null
  /** Null where nobody knows: it was only said what would be run. */
  readonly status: RunStatus | null
  /** When it had succeeded in this slot before, so that nothing was done; null when it had not. */
  readonly succeededBefore: Date | null
  /** Why it failed, in words; null when it did not. */
  readonly problem: string | null
  /** How long it took, waiting included. */
  readonly seconds: number
}

/** `tasks: 'run'`. Runs the other tasks of the hub. */
export interface TaskRunner {
  /** The tasks of a cadence, in the order in which they are to run. */
  tasksOf(cadence: Cadence, at: Date): Promise<readonly CadenceTask[]>
  /**
   * Runs a task and waits for its end; one that another run keeps from writing is waited for. A failure
   * is an ending, not an exception.
   *
   * @throws HubkeeperError `lease-lost` or `time-limit` when the run that asks may not go on
   */
  run(task: string, request: TaskRequest): Promise<TaskEnding>
}
