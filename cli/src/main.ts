import { HubkeeperError } from '@hubkeeper/core'
import { Command, CommanderError } from 'commander'
import { registerAudit } from './commands/audit.ts'
import { registerBackup } from './commands/backup.ts'
import { registerBackups } from './commands/backups.ts'
import { registerChecklist } from './commands/checklist.ts'
import { registerDoctor } from './commands/doctor.ts'
import { registerExpect } from './commands/expect.ts'
import { registerInit } from './commands/init.ts'
import { registerInvoke } from './commands/invoke.ts'
import { registerReport } from './commands/report.ts'
import { registerRestore } from './commands/restore.ts'
import { registerRun } from './commands/run.ts'
import { registerSchedule } from './commands/schedule.ts'
import { registerSign } from './commands/sign.ts'
import { registerStatus } from './commands/status.ts'
import { registerStops } from './commands/stops.ts'
import { registerSync } from './commands/sync.ts'
import { registerTasks } from './commands/tasks.ts'
import { registerVerifyAws } from './commands/verify-aws.ts'
import { registerWatch } from './commands/watch.ts'
import { processTerminal, type Terminal } from './terminal/terminal.ts'
import { version } from './version.ts'

const usageCodes = new Set(['usage', 'configuration'])

/** Exit code of an error that kept a command from running: 2 when it was asked wrongly, else 3. */
const exitCodeOfError = (error: HubkeeperError): 2 | 3 => (usageCodes.has(error.code) ? 2 : 3)

/** Builds the command with everything it can do. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('hubkeeper')
    .description('Keeps SQLite-backed services healthy, unattended, and proves that it worked. No telemetry.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(see hubkeeper --help)')
    .configureHelp({ showGlobalOptions: true })
  for (const register of [
    registerRun,
    registerTasks,
    registerStatus,
    registerReport,
    registerChecklist,
    registerSign,
    registerBackup,
    registerBackups,
    registerRestore,
    registerStops,
    registerExpect,
    registerInit,
    registerDoctor,
    registerAudit,
    registerSchedule,
    registerWatch,
    registerInvoke,
    registerSync,
    registerVerifyAws,
  ]) {
    register(program, terminal)
  }
  return program
}

/** Runs the command line `argv`; the exit code is left in `process.exitCode`. */
export async function main(argv: readonly string[]): Promise<void> {
  const terminal = processTerminal()
  try {
    await createProgram(terminal).parseAsync([...argv])
  } catch (error) {
    process.exitCode = report(error, terminal, argv)
  }
}

function report(error: unknown, terminal: Terminal, argv: readonly string[]): number {
  // Commander has already said what is wrong, or shown the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  const known =
    error instanceof HubkeeperError
      ? error
      : new HubkeeperError('unexpected', error instanceof Error ? error.message : String(error), {
          hint: 'this is a defect: run it again with --debug and report what it prints',
          cause: error,
        })
  if (argv.includes('--json')) {
    terminal.out(
      JSON.stringify({ error: { code: known.code, message: known.message, hint: known.hint } }, null, 2),
    )
  } else {
    terminal.err(`error: ${known.message}\nwhat to do: ${known.hint}`)
  }
  if (argv.includes('--debug')) terminal.err(stackOf(known))
  return exitCodeOfError(known)
}

/** The stacks of an error and of what caused it. */
function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : ''
  return (error.stack ?? error.message) + cause
}
