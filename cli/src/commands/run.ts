import {
  type Cadence,
  cadences,
  exitCodeOf,
  HubkeeperError,
  runOf,
  type Task,
  UsageError,
} from '@hubkeeper/core'
import type { Command } from 'commander'
import { type CadenceOptions, executeCadence, executeDue } from '../cadence.ts'
import { allHubs, type ConfiguredHub, chooseHub, loadConfig } from '../config.ts'
import { type Executed, executeTasks, type Order } from '../execute.ts'
import { tasksNamed } from '../named-tasks.ts'
import { withRunOptions } from '../options.ts'
import { type TaskInputOptions, withTaskInput } from '../task-input.ts'
import { runText } from '../terminal/report.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Shows what ran, and sets the exit code. */
export function showExecuted(terminal: Terminal, { remarks, run }: Executed, json: boolean): void {
  process.exitCode = exitCodeOf(run.status)
  if (json) {
    terminal.out(JSON.stringify(run, null, 2))
    return
  }
  for (const line of remarks) terminal.out(line)
  if (run.reports.length > 0) terminal.out(runText(terminal, run))
}

interface RunCommandOptions extends CadenceOptions, TaskInputOptions {
  readonly due?: boolean
  readonly force?: boolean
  readonly analyze?: boolean
}

/** `hubkeeper run`. */
export function registerRun(program: Command, terminal: Terminal): void {
  withTaskInput(withRunOptions(program.command('run')))
    .description('run a task, or every task of a cadence')
    .argument('[task|cadence]', 'which one', 'daily')
    .option('--due', 'a cadence: only what is due and has not succeeded yet, for its scheduled time')
    .option('--fresh', 'a cadence: do not go on where the last run stopped')
    .option(
      '--force',
      'database-maintenance: rewrite even when that gains nothing; backup: even when nothing changed',
    )
    .option('--analyze', 'database-maintenance: a full ANALYZE')
    .addHelpText(
      'after',
      `
Examples:
  hubkeeper run                          every daily task
  hubkeeper run weekly                   every weekly task; after a failure, those that are left
  hubkeeper run daily --due              for cron and timers, as often as you like: what is due, once
  hubkeeper run health-check --json      one task, for a program
  hubkeeper run database-maintenance --dry-run
  hubkeeper run disaster-recovery-test --set samples=50

Exit codes: 0 ok or warning, 1 critical, 2 nothing ran (usage or configuration), 3 a task failed.`,
    )
    .action(async (name: string, options: RunCommandOptions) => {
      const execute = executionOf(name, options, terminal)
      const loaded = await loadConfig(options.config)
      const hubs = options.hub === undefined ? allHubs(loaded) : [chooseHub(loaded, options.hub)]
      const executed: Executed[] = []
      const troubles: string[] = []
      for (const hub of hubs) {
        try {
          executed.push(await execute(hub))
        } catch (error) {
          // Where one hub could not even begin, the others have their turn.
          if (hubs.length === 1 || !(error instanceof HubkeeperError) || error instanceof UsageError)
            throw error
          troubles.push(`error: ${hub.hub.id}: ${error.message}\nwhat to do: ${error.hint}`)
        }
      }
      const { remarks, run } = mergeExecuted(executed)
      // A hub of which nothing ran has no report that could say so.
      const status = troubles.length === 0 ? run.status : 'failed'
      showExecuted(terminal, { remarks, run: { ...run, status } }, options.json ?? false)
      if (troubles.length > 0) terminal.err(troubles.join('\n'))
    })
}

/** What a command line asks for, to be done on each hub. @throws UsageError */
function executionOf(
  name: string,
  options: RunCommandOptions,
  terminal: Terminal,
): (hub: ConfiguredHub) => Promise<Executed> {
  const chosen = tasksNamed(name)
  const cadence = cadences.find((candidate) => candidate === name) ?? null
  refuseMixed(cadence, chosen, options)
  // What runs all the time keeps no account of single runs, so there is nothing to go on with.
  if (cadence === null || cadence === 'continuous') {
    const orders = chosen.map((task) => orderOf(task, options))
    return (hub) => executeTasks(hub, orders, options, terminal)
  }
  const execute = options.due === true ? executeDue : executeCadence
  return (hub) => execute(hub, cadence, options, terminal)
}

/** @throws UsageError for options that make no sense together */
function refuseMixed(cadence: Cadence | null, chosen: readonly Task[], options: RunCommandOptions): void {
  const { analyze, due, force, fresh, scheduled, set } = options
  const continuous = chosen.every(({ schedule }) => schedule.cadence === 'continuous')
  const ofOne = [
    ...(force === true ? ['--force'] : []),
    ...(analyze === true ? ['--analyze'] : []),
    ...(set === undefined ? [] : ['--set']),
  ]
  if (cadence !== null && ofOne.length > 0) {
    throw new UsageError(`${ofOne.join(' and ')} goes with one task`, {
      hint: 'name the task: hubkeeper run database-maintenance --force',
    })
  }
  if (cadence === null && ((due === true && !continuous) || fresh === true)) {
    throw new UsageError(`${due === true ? '--due' : '--fresh'} goes with a cadence`, {
      hint: `name the cadence: hubkeeper run ${chosen[0]?.schedule.cadence ?? 'daily'} ${due === true ? '--due' : '--fresh'}`,
    })
  }
  if (fresh === true && (due === true || continuous)) {
    throw new UsageError(`--fresh goes with ${due === true ? 'no --due' : 'what runs at times'}`, {
      hint: `leave it out: hubkeeper run ${cadence ?? 'daily'}${due === true ? ' --due' : ''}`,
    })
  }
  if (scheduled !== undefined && (due === true || continuous)) {
    throw new UsageError(`--scheduled goes with ${due === true ? 'no --due' : 'what runs at times'}`, {
      hint: 'name the task, or leave --scheduled out: hubkeeper run backup --scheduled TIME',
    })
  }
}

/** Only what was given is passed on, so that a task refuses what it does not take. */
const orderOf = (task: Task, { analyze, force, set }: RunCommandOptions): Order => ({
  task,
  input: {
    ...set,
    ...(force === undefined ? {} : { force }),
    ...(analyze === undefined ? {} : { analyze }),
  },
})

/** Runs on several hubs as one. */
function mergeExecuted(all: readonly Executed[]): Executed {
  const started = all[0] === undefined ? new Date() : new Date(all[0].run.startedAt)
  return {
    run: runOf(
      all.flatMap(({ run }) => run.reports),
      started,
      new Date(),
    ),
    remarks: all.flatMap(({ remarks }) => remarks),
  }
}
