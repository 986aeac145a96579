import { setTimeout } from 'node:timers/promises'
import {
  type ConnectedRun,
  dueTasks,
  type FinishedRun,
  functionNameOf,
  type HubConfig,
  HubkeeperError,
  type Ledger,
  minutes,
  type RunRecord,
  type ScheduledTask,
  seconds,
  type TaskEnding,
  type TaskRunner,
} from '@hubkeeper/core'
import type { FunctionStarter } from '../function-starter.ts'

/** How long a function may take to begin: a cold start, and Lambda's own queue, ms. */
const patience = minutes(3)

/** How often the ledger is asked, at first and at last, ms. */
const pollInterval = { first: seconds(1), longest: seconds(5) }

/** Time to say what is not over yet, before the run itself is given up, ms. */
const parting = seconds(2)

/** See {@link deployedTaskRunner}. */
export interface DeployedTaskRunnerOptions {
  readonly hub: HubConfig & { readonly id: string }
  readonly tasks: readonly ScheduledTask[]
  /** Name of the deployment. */
  readonly deployment: string
  readonly ledger: Ledger
  readonly functions: FunctionStarter
  /** When the asking run is given up. */
  readonly deadline: Date
  /** The run that asks. */
  readonly parent: ConnectedRun
}

/**
 * `tasks: 'run'` by the tasks' own functions, each with its own rights. A run is started with an event and
 * followed in the ledger, so another attempt at the same slot follows what this one started. A failed
 * function is tried again by Lambda, which another attempt then sees.
 */
export function deployedTaskRunner(options: DeployedTaskRunnerOptions): TaskRunner {
  const { deadline, deployment, functions, hub, ledger, parent, tasks } = options

  /** Starts a run unless it is under way; gives the attempt that is of no interest any more. */
  async function begin(task: string, slot: string, known: RunRecord | null): Promise<string | null> {
    if (known !== null && ledger.isUnderWay(known)) return null
    const at = parent.at === null ? {} : { at: parent.at.toISOString() }
    await functions.start(functionNameOf(deployment, task), { hub: hub.id, slot, ...at })
    return known?.run ?? null
  }

  /** Waits for the end of a run. @throws HubkeeperError when it does not begin, or was killed */
  async function follow(task: string, slot: string, former: string | null): Promise<FinishedRun> {
    const started = Date.now()
    for (let pause = pollInterval.first; ; pause = Math.min(pause * 1.5, pollInterval.longest)) {
      const record = await ledger.run(task, slot)
      const current = record?.run === former ? null : record
      if (current !== null && current.state !== 'running') return current
      if (current !== null && !ledger.isUnderWay(current)) throw killed(current)
      if (current === null && Date.now() - started > patience)
        throw notBegun(functionNameOf(deployment, task))
      if (Date.now() + pause > deadline.getTime() - parting) throw stillRunning(task)
      await setTimeout(pause)
    }
  }

  return {
    tasksOf: (cadence, at) => dueTasks(ledger, tasks, cadence, hub.timeZone, at),

    async run(task, { dryRun, slot }) {
      const begun = performance.now()
      const ended = (ending: Partial<TaskEnding>): TaskEnding => ({
        task,
        run: null,
        status: null,
        succeededBefore: null,
        problem: null,
        seconds: (performance.now() - begun) / 1000,
        ...ending,
      })
      // A dry run leaves no trace in the ledger, so there would be nothing to follow.
      if (dryRun) return ended({})
      // A run that was overtaken begins nothing more.
      await parent.fence()
      try {
        const known = await ledger.run(task, slot)
        if (known?.state === 'succeeded') {
          const { finishedAt, run, status } = known
          return ended({ run, status, succeededBefore: new Date(finishedAt) })
        }
        const { run, state, status } = await follow(task, slot, await begin(task, slot, known))
        const problem = state === 'failed' ? `the run ${run} could not do its job` : null
        return ended({ run, status, problem })
      } catch (error) {
        if (!(error instanceof HubkeeperError) || error.code === 'time-limit') throw error
        return ended({ status: 'failed', problem: error.message })
      }
    },
  }
}

const stillRunning = (task: string): HubkeeperError =>
  new HubkeeperError('time-limit', `${task} is not over, and this function is ended soon`, {
    hint: 'nothing to do: Lambda starts it again, and it goes on where it stopped',
  })

const killed = ({ run, task }: RunRecord): HubkeeperError =>
  new HubkeeperError('lease-lost', `the run ${run} of ${task} was ended before it was done`, {
    hint: 'see the log group of its function',
  })

const notBegun = (name: string): HubkeeperError =>
  new HubkeeperError('not-available', `${name} was started, but has not begun`, {
    hint: `it may be refused or throttled: see its log group /aws/lambda/${name} and the dead letters`,
  })
