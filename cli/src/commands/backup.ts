import type { Command } from 'commander'
import { backup } from '../../../functions/backup/task.ts'
import { chooseHub, loadConfig } from '../config.ts'
import { executeTasks } from '../execute.ts'
import { type RunOptions, withRunOptions } from '../options.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { showExecuted } from './run.ts'

/** `hubkeeper backup`. */
export function registerBackup(program: Command, terminal: Terminal): void {
  withRunOptions(program.command('backup'))
    .description('copy the database, read the copy back, certify it')
    .option('--force', 'even when nothing changed since the newest proven backup')
    .addHelpText('after', '\nExample:\n  hubkeeper backup --force')
    .action(async (options: RunOptions & { force?: boolean }) => {
      const hub = chooseHub(await loadConfig(options.config), options.hub)
      const orders = [{ task: backup, input: { force: options.force ?? false } }]
      showExecuted(terminal, await executeTasks(hub, orders, options, terminal), options.json ?? false)
    })
}
