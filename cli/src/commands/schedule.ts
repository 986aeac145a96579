import { confirm, isCancel } from '@clack/prompts'
import { UsageError } from '@hubkeeper/core'
import { type Command, Option } from 'commander'
import { tasks } from '../../../functions/tasks.ts'
import { loadConfig } from '../config.ts'
import { withConfigOptions } from '../options.ts'
import { chooseScheduler, findInstalled, schedulersOf } from '../schedule/choose.ts'
import { thisMachine } from '../schedule/machine.ts'
import type { Plan, SchedulerName } from '../schedule/plan.ts'
import { timetableOf, timetableText } from '../schedule/show.ts'
import { type Target, targetOf } from '../schedule/target.ts'
import { warningsOf } from '../schedule/warnings.ts'
import { beginKeeping } from '../schedule/watch/due.ts'
import { watcherOf } from '../schedule/watch/lock.ts'
import type { Terminal } from '../terminal/terminal.ts'

interface ScheduleOptions {
  readonly config?: string
  readonly json?: boolean
}

interface ChangeOptions extends ScheduleOptions {
  readonly crontab?: boolean
  readonly systemd?: boolean
  readonly yes?: boolean
  readonly dryRun?: boolean
}

/** `hubkeeper schedule`. */
export function registerSchedule(program: Command, terminal: Terminal): void {
  const schedule = program
    .command('schedule')
    .description('let this machine’s scheduler, a crontab or systemd, run what is due')
    .addHelpText(
      'after',
      '\nExamples:\n  hubkeeper schedule                    what runs when, and whether anything runs it\n  hubkeeper schedule install --dry-run',
    )
  withConfigOptions(schedule.command('show', { isDefault: true }))
    .description('every task with its next time, and where the schedule is installed')
    .addHelpText('after', '\nExample:\n  hubkeeper schedule show --json')
    .action(async (options: ScheduleOptions) => {
      const target = await loadTarget(options)
      const installed = await findInstalled(target, thisMachine())
      const timetable = timetableOf(target, installed, watcherOf(target.hubs), new Date())
      terminal.out(options.json ? JSON.stringify(timetable, null, 2) : timetableText(terminal, timetable))
    })
  withChangeOptions(schedule.command('install'))
    .description('install it, or bring it in step with the configuration; shows the changes and asks')
    .addHelpText(
      'after',
      `
Examples:
  hubkeeper schedule install                  systemd where it runs, else the crontab
  hubkeeper schedule install --crontab --dry-run
  sudo -u hub hubkeeper schedule install --config /srv/my-hub/hubkeeper.json --yes`,
    )
    .action(async (options: ChangeOptions) => {
      const target = await loadTarget(options)
      await install(terminal, target, options)
    })
  withChangeOptions(schedule.command('uninstall'))
    .description('remove what install made, and nothing else')
    .addHelpText('after', '\nExample:\n  hubkeeper schedule uninstall --dry-run')
    .action(async (options: ChangeOptions) => {
      await uninstall(terminal, await loadTarget(options), options)
    })
}

const withChangeOptions = (command: Command): Command =>
  withConfigOptions(command)
    .addOption(new Option('--crontab', 'in the crontab of this user').conflicts('systemd'))
    .option('--systemd', 'as systemd timers: the system’s for root, else this user’s own')
    .option('--yes', 'do not ask')
    .option('--dry-run', 'say what would be done, and change nothing')

const loadTarget = async ({ config }: ScheduleOptions): Promise<Target> =>
  targetOf(await loadConfig(config), tasks)

const wantedOf = ({ crontab, systemd }: ChangeOptions): SchedulerName | null =>
  crontab ? 'crontab' : systemd ? 'systemd' : null

async function install(terminal: Terminal, target: Target, options: ChangeOptions): Promise<void> {
  const machine = thisMachine()
  const name = await chooseScheduler(machine, wantedOf(options))
  const plan = await schedulersOf(target, machine)[name].planInstall()
  const warnings = warningsOf(target, machine, name, await findInstalled(target, machine))
  const applied = await carryOut(terminal, [plan], warnings, options, 'Install this?')
  // What comes due from now on is to run, also when the first wake-up is that very moment.
  if (applied) await beginKeeping(target.hubs)
  tell(terminal, options, applied, [plan], warnings, [
    `installed: ${plan.where}`,
    'next: hubkeeper schedule show, hubkeeper status',
  ])
}

async function uninstall(terminal: Terminal, target: Target, options: ChangeOptions): Promise<void> {
  const machine = thisMachine()
  const schedulers = schedulersOf(target, machine)
  const wanted = wantedOf(options)
  const names =
    wanted === null ? (await findInstalled(target, machine)).map(({ scheduler }) => scheduler) : [wanted]
  const plans: Plan[] = []
  for (const name of names) plans.push(await schedulers[name].planUninstall())
  const applied = await carryOut(terminal, plans, [], options, 'Remove this?')
  tell(
    terminal,
    options,
    applied,
    plans,
    [],
    [...plans.map(({ where }) => `removed: ${where}`), 'nothing runs this hub’s tasks by itself any more'],
  )
}

/** Shows plans, asks, and carries them out; false when there was nothing to do, or nothing was to be done. */
async function carryOut(
  terminal: Terminal,
  plans: readonly Plan[],
  warnings: readonly string[],
  options: ChangeOptions,
  question: string,
): Promise<boolean> {
  const changing = plans.filter(({ changes }) => changes.length > 0)
  if (!options.json) {
    for (const { changes, where } of changing) terminal.out([`${where}:`, '', ...changes, ''].join('\n'))
    for (const warning of warnings) terminal.err(`${terminal.paint('yellow', 'warning:')} ${warning}`)
  }
  if (options.dryRun || changing.length === 0) return false
  if (!options.yes) await ask(terminal, question, options)
  for (const plan of changing) await plan.apply()
  return true
}

/** @throws UsageError off a terminal, or when the answer is no */
async function ask(terminal: Terminal, question: string, { json }: ChangeOptions): Promise<void> {
  if (json || !terminal.interactive || process.stdin.isTTY !== true) {
    throw new UsageError('this changes the machine, and nobody can be asked here', {
      hint: 'look at it with --dry-run, then say --yes',
    })
  }
  const answer = await confirm({ message: question, initialValue: true, output: process.stderr })
  if (answer === true && !isCancel(answer)) return
  throw new UsageError('not done', { hint: 'nothing was touched' })
}

function tell(
  terminal: Terminal,
  { dryRun, json }: ChangeOptions,
  applied: boolean,
  plans: readonly Plan[],
  warnings: readonly string[],
  done: readonly string[],
): void {
  const changed = plans.filter(({ changes }) => changes.length > 0)
  if (json) {
    const shown = plans.map(({ changes, scheduler, where }) => ({ scheduler, where, changes }))
    terminal.out(JSON.stringify({ schema: 1, applied, plans: shown, warnings }, null, 2))
  } else if (applied) terminal.out(done.join('\n'))
  else if (changed.length === 0) {
    const [plan] = plans
    terminal.out(plan === undefined ? 'it is installed nowhere' : `nothing to change: ${plan.where}`)
  } else if (dryRun) terminal.out('nothing was changed (--dry-run)')
}
