import { describeSchedule } from '@hubkeeper/core'
import type { Command } from 'commander'
import { tasks } from '../../../functions/tasks.ts'
import { columns } from '../terminal/columns.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** `hubkeeper tasks`. */
export function registerTasks(program: Command, terminal: Terminal): void {
  program
    .command('tasks')
    .description('every task: when it runs, what it may touch, what it does')
    .option('--json', 'one JSON document on standard output and nothing else')
    .addHelpText('after', '\nExample:\n  hubkeeper tasks --json')
    .action((options: { json?: boolean }) => {
      const rows = tasks.map(({ access, name, schedule, summary, title }) => ({
        name,
        title,
        summary,
        schedule,
        access,
      }))
      if (options.json) {
        terminal.out(JSON.stringify({ schema: 1, tasks: rows }, null, 2))
        return
      }
      terminal.out(
        columns(
          rows.map(({ name, schedule, summary }) => [
            terminal.paint('bold', name),
            describeSchedule(schedule),
            summary,
          ]),
        ),
      )
    })
}
