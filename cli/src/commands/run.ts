import { type Cadence, cadences, exitCodeOf, runOf, type Task, UsageError } from '@hubkeeper/core'
import type { Command } from 'commander'
import { tasks } from '../../../functions/tasks.ts'
import { allHubs, chooseHub, loadConfig } from '../config.ts'
import { type Executed, executeTasks, type Order } from '../execute.ts'
import { type RunOptions, refuseForCadence, withRunOptions } from '../options.ts'
import { runText } from '../terminal/report.ts'
import type { Terminal } from '../terminal/terminal.ts'

const isCadence = (name: string): name is Cadence => cadences.some((cadence) => cadence === name)

/** The tasks that a name stands for: one task, or every task of a cadence. @throws UsageError */
export function tasksNamed(name: string): readonly Task[] {
  const task = tasks.find((candidate) => candidate.name === name)
  if (task !== undefined) return [task]
  const ofCadence = isCadence(name) ? tasks.filter(({ schedule }) => schedule.cadence === name) : []
  if (ofCadence.length > 0) return ofCadence
  throw new UsageError(`there is no task or cadence ${name}`, {
    hint: `tasks: ${tasks.map((known) => known.name).join(', ')}; cadences: ${[...new Set(tasks.map(({ schedule }) => schedule.cadence))].join(', ')}`,
  })
}

/** Shows what ran, and sets the exit code. */
export function showExecuted(terminal: Terminal, { alreadyDone, run }: Executed, json: boolean): void {
  process.exitCode = exitCodeOf(run.status)
  if (json) {
    terminal.out(JSON.stringify(run, null, 2))
    return
  }
  for (const line of alreadyDone) terminal.out(line)
  if (run.reports.length > 0) terminal.out(runText(terminal, run))
}

interface RunCommandOptions extends RunOptions {
  readonly force?: boolean
  readonly analyze?: boolean
}

/** `hubkeeper run`. */
export function registerRun(program: Command, terminal: Terminal): void {
  withRunOptions(program.command('run'))
    .description('run a task, or every task of a cadence')
    .argument('[task|cadence]', 'which one', 'daily')
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
  hubkeeper run weekly                   every weekly task
  hubkeeper run health-check --json      one task, for a program
  hubkeeper run database-maintenance --dry-run

Exit codes: 0 ok or warning, 1 critical, 2 nothing ran (usage or configuration), 3 a task failed.`,
    )
    .action(async (name: string, options: RunCommandOptions) => {
      const chosen = tasksNamed(name)
      if (chosen.length > 1) refuseForCadence(options)
      const loaded = await loadConfig(options.config)
      const hubs = options.hub === undefined ? allHubs(loaded) : [chooseHub(loaded, options.hub)]
      const executed: Executed[] = []
      for (const hub of hubs) {
        const orders = chosen.map((task) => orderOf(task, options))
        executed.push(await executeTasks(hub, orders, options, terminal))
      }
      showExecuted(terminal, mergeExecuted(executed), options.json ?? false)
    })
}

/** Only what was given is passed on, so that a task refuses what it does not take. */
const orderOf = (task: Task, { analyze, force }: RunCommandOptions): Order => ({
  task,
  input: { ...(force === undefined ? {} : { force }), ...(analyze === undefined ? {} : { analyze }) },
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
    alreadyDone: all.flatMap(({ alreadyDone }) => alreadyDone),
  }
}
