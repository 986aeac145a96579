import { describeSchedule, type Task } from '@hubkeeper/core'
import type { Command } from 'commander'
import { tasks } from '../../../functions/tasks.ts'
import { taskNamed } from '../named-tasks.ts'
import { argumentsOf } from '../task-input.ts'
import { columns } from '../terminal/columns.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** `hubkeeper tasks`. */
export function registerTasks(program: Command, terminal: Terminal): void {
  program
    .command('tasks')
    .description('every task: when it runs, what it may touch, what it does')
    .argument('[name]', 'one of them, with the arguments that it takes')
    .option('--json', 'one JSON document on standard output and nothing else')
    .addHelpText('after', '\nExamples:\n  hubkeeper tasks --json\n  hubkeeper tasks disaster-recovery-test')
    .action((name: string | undefined, options: { json?: boolean }) => {
      const chosen = name === undefined ? tasks : [taskNamed(name)]
      if (options.json) {
        terminal.out(JSON.stringify({ schema: 1, tasks: chosen.map(factsOf) }, null, 2))
        return
      }
      const [one] = chosen
      terminal.out(name !== undefined && one !== undefined ? aloneText(terminal, one) : listText(terminal))
    })
}

const factsOf = (task: Task) => {
  const { access, name, schedule, summary, title } = task
  return { name, title, summary, schedule, access, arguments: argumentsOf(task) }
}

const listText = (terminal: Terminal): string =>
  columns(
    tasks.map(({ name, schedule, summary }) => [
      terminal.paint('bold', name),
      describeSchedule(schedule),
      summary,
    ]),
  )

function aloneText(terminal: Terminal, task: Task): string {
  const { access, name, schedule, summary, title } = task
  const taken = argumentsOf(task)
  return [
    `${terminal.paint('bold', name)}: ${title}`,
    summary,
    '',
    columns([
      ['runs', describeSchedule(schedule)],
      [
        'may',
        Object.entries(access)
          .map(([port, level]) => `${level} ${port}`)
          .join(', '),
      ],
    ]),
    ...(taken.length === 0
      ? ['', 'It takes no arguments.']
      : ['', columns(taken.map((each) => [`--set ${each.name}=…`, each.description]))]),
  ].join('\n')
}
