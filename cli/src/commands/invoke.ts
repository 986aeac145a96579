import { type Report, runOf, UsageError } from '@hubkeeper/core'
import type { Command } from 'commander'
import { allHubs, chooseHub, loadConfig } from '../config.ts'
import { type CommonOptions, parseMoment, withCommonOptions } from '../options.ts'
import { taskProgress } from '../terminal/progress.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { showExecuted, tasksNamed } from './run.ts'

interface InvokeOptions extends CommonOptions {
  readonly at?: Date
  readonly force?: boolean
  readonly analyze?: boolean
  readonly backup?: string
  readonly undo?: boolean
}

/** `hubkeeper invoke`. */
export function registerInvoke(program: Command, terminal: Terminal): void {
  withCommonOptions(program.command('invoke'))
    .description('run a task on AWS and follow it to its report')
    .argument('<task>', 'which one')
    .option('--at <time>', 'the moment that windows and ages count from', parseMoment)
    .option('--force', 'database-maintenance, backup: even when nothing is to be gained')
    .option('--analyze', 'database-maintenance: a full ANALYZE')
    .option('--backup <id>', 'restore-backup, verify-backups: which one')
    .option('--undo', 'restore-backup: put back what the last restore replaced')
    .addHelpText(
      'after',
      `
Examples:
  hubkeeper invoke backup
  hubkeeper invoke restore-backup --backup latest --hub handbook

The function is started as an event: closing this terminal does not end it.
A dry run keeps no report to follow; see its answer with
  aws lambda invoke --function-name hubkeeper-backup --cli-binary-format raw-in-base64-out \\
    --payload '{"dryRun": true}' /dev/stdout`,
    )
    .action(async (name: string, options: InvokeOptions) => {
      const [task, ...others] = tasksNamed(name)
      if (task === undefined || others.length > 0) {
        throw new UsageError(`${name} is not one task`, {
          hint: 'invoke one after the other: hubkeeper tasks',
        })
      }
      if (task.schedule.cadence === 'continuous') {
        throw new UsageError(`${name} keeps no report to follow: it runs every minute`, {
          hint: `see its figures in CloudWatch, or: aws lambda invoke --function-name hubkeeper-${name} /dev/stdout`,
        })
      }
      const { findDeployment } = await import('../aws/deployment.ts')
      const { followRun, startFunction } = await import('../aws/invoke.ts')
      const loaded = await loadConfig(options.config)
      const hubs = options.hub === undefined ? allHubs(loaded) : [chooseHub(loaded, options.hub)]
      const { aws } = loaded.config
      const deployed = await findDeployment(aws)
      const startedAt = new Date()
      const reports: Report[] = []
      for (const { hub } of hubs) {
        const progress = taskProgress(terminal, task.name)
        try {
          const payload = { hub: hub.id, ...argumentsOf(options) }
          const requestId = await startFunction(aws, deployed.functionOf(task.name), payload)
          reports.push(await followRun(deployed, task, hub, requestId, progress))
        } finally {
          progress.end()
        }
      }
      const run = runOf(reports, startedAt, new Date())
      showExecuted(terminal, { run, alreadyDone: [] }, options.json ?? false)
    })
}

/** Only what was given is passed on, so that a task refuses what it does not take. */
const argumentsOf = ({ analyze, at, backup, force, undo }: InvokeOptions) => ({
  ...(analyze === undefined ? {} : { analyze }),
  ...(at === undefined ? {} : { at: at.toISOString() }),
  ...(backup === undefined ? {} : { backup }),
  ...(force === undefined ? {} : { force }),
  ...(undo === undefined ? {} : { undo }),
})
