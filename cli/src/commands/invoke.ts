import { type Report, runOf, type Task, UsageError } from '@hubkeeper/core'
import type { Command } from 'commander'
import { allHubs, chooseHub, loadConfig } from '../config.ts'
import { tasksNamed } from '../named-tasks.ts'
import { type CommonOptions, parseMoment, withCommonOptions } from '../options.ts'
import { type TaskInputOptions, withTaskInput } from '../task-input.ts'
import { taskProgress } from '../terminal/progress.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { showExecuted } from './run.ts'

interface InvokeOptions extends CommonOptions, TaskInputOptions {
  readonly at?: Date
  readonly force?: boolean
  readonly analyze?: boolean
  readonly backup?: string
  readonly cadence?: string
  readonly undo?: boolean
  readonly files?: string
}

/** `hubkeeper invoke`. */
export function registerInvoke(program: Command, terminal: Terminal): void {
  withTaskInput(withCommonOptions(program.command('invoke')))
    .description('run a task on AWS and follow it to its report')
    .argument('<task>', 'which one')
    .option('--at <time>', 'the moment that windows and ages count from', parseMoment)
    .option('--force', 'database-maintenance, backup: even when nothing is to be gained')
    .option('--analyze', 'database-maintenance: a full ANALYZE')
    .option('--backup <id>', 'restore-backup, verify-backups: which one')
    .option('--files <which>', 'restore-backup: with the files of the backup, or only those: with, only')
    .option('--cadence <cadence>', 'run-maintenance: daily, weekly, monthly or quarterly')
    .option('--undo', 'restore-backup: put back what the last restore replaced')
    .addHelpText(
      'after',
      `
Examples:
  hubkeeper invoke backup
  hubkeeper invoke restore-backup --backup latest --hub handbook
  hubkeeper invoke run-maintenance --cadence weekly

The function is started as an event: closing this terminal does not end it.
A dry run keeps no report to follow; see its answer with
  aws lambda invoke --function-name hubkeeper-backup --cli-binary-format raw-in-base64-out \\
    --payload '{"dryRun": true}' /dev/stdout`,
    )
    .action(async (name: string, options: InvokeOptions) => {
      const [task, ...others] = tasksNamed(name)
      if (task === undefined || others.length > 0) {
        throw new UsageError(`${name} is not one task`, {
          hint: `all of them in one go: hubkeeper invoke run-maintenance --cadence ${name}`,
        })
      }
      const input = inputOf(options)
      refuseUnstartable(task, input)
      const loaded = await loadConfig(options.config)
      const { aws } = loaded.config
      const { findDeployment } = await import('../aws/deployment.ts')
      const { followRun, startFunction } = await import('../aws/invoke.ts')
      // A database is not replaced because nobody said whose; and a backup is of one hub.
      const one =
        options.hub !== undefined || options.backup !== undefined || task.access.database === 'restore'
      const hubs = one ? [chooseHub(loaded, options.hub)] : allHubs(loaded)
      const deployed = await findDeployment(aws)
      const startedAt = new Date()
      const reports: Report[] = []
      for (const { hub } of hubs) {
        const progress = taskProgress(terminal, task.name)
        try {
          const payload = { hub: hub.id, ...momentOf(options), ...input }
          const requestId = await startFunction(aws, deployed.functionOf(task.name), payload)
          reports.push(await followRun(deployed, task, hub, requestId, progress))
        } finally {
          progress.end()
        }
      }
      const run = runOf(reports, startedAt, new Date())
      showExecuted(terminal, { run, remarks: [] }, options.json ?? false)
    })
}

/**
 * A function that refuses its event leaves no report: it would be waited for in vain.
 *
 * @throws UsageError
 */
function refuseUnstartable({ input, name, schedule }: Task, given: object): void {
  if (schedule.cadence === 'continuous') {
    throw new UsageError(`${name} keeps no report to follow: it runs every minute`, {
      hint: `see its figures in CloudWatch, or: aws lambda invoke --function-name hubkeeper-${name} /dev/stdout`,
    })
  }
  const result = input.safeParse(given)
  if (result.success) return
  const problems = result.error.issues.map(
    ({ message, path }) => `${path.join('.') || 'arguments'}: ${message}`,
  )
  throw new UsageError(`${name} does not take these arguments: ${problems.join('; ')}`, {
    hint: `see what it takes: hubkeeper tasks ${name}`,
  })
}

const momentOf = ({ at }: InvokeOptions) => (at === undefined ? {} : { at: at.toISOString() })

/** Only what was given is passed on, so that a task refuses what it does not take. */
const inputOf = ({ analyze, backup, cadence, files, force, set, undo }: InvokeOptions) => ({
  ...set,
  ...(analyze === undefined ? {} : { analyze }),
  ...(backup === undefined ? {} : { backup }),
  ...(cadence === undefined ? {} : { cadence }),
  ...(files === undefined ? {} : { files }),
  ...(force === undefined ? {} : { force }),
  ...(undo === undefined ? {} : { undo }),
})
