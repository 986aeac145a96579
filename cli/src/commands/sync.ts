import { createScratch, engineFor, type Scratch } from '@hubkeeper/sqlite'
import type { Command } from 'commander'
import { tasks } from '../../../functions/tasks.ts'
import { chooseHub, loadConfig } from '../config.ts'
import { openEmbedded } from '../embedded.ts'
import { executeTasks } from '../execute.ts'
import { type RunOptions, withCommonOptions } from '../options.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { showExecuted } from './run.ts'

interface SyncOptions extends RunOptions {
  readonly discardRemote?: boolean
  readonly discardLocal?: boolean
}

const withDryRun = (command: Command): Command =>
  withCommonOptions(command).option('--dry-run', 'say what would be done, and change nothing')

/** `hubkeeper push` and `hubkeeper pull`. */
export function registerSync(program: Command, terminal: Terminal): void {
  withDryRun(program.command('push'))
    .description('put a consistent copy of this machine’s database into the deployment’s bucket')
    .option('--discard-remote', 'also over a version that this machine has not seen; the bucket keeps it')
    .addHelpText('after', '\nExample:\n  hubkeeper push --hub handbook')
    .action(async (options: SyncOptions) => {
      const { hub, local, remote } = await sides(options)
      try {
        const { pushTask } = await import('../aws/push.ts')
        const input = { discardRemote: options.discardRemote ?? false }
        const orders = [{ task: pushTask(local.store, remote), input }]
        showExecuted(terminal, await executeTasks(hub, orders, options, terminal), options.json ?? false)
      } finally {
        await local.close()
      }
    })
  withDryRun(program.command('pull'))
    .description('put the bucket’s database in the place of this machine’s, after a safety copy')
    .option('--discard-local', 'also over changes that were never pushed; the safety copy keeps them')
    .addHelpText('after', '\nExample:\n  hubkeeper pull --hub handbook')
    .action(async (options: SyncOptions) => {
      const { hub, local, remote } = await sides(options)
      const scratches: Scratch[] = []
      try {
        const { pullTask } = await import('../aws/pull.ts')
        const task = pullTask({
          local: local.store,
          remote,
          engine: engineFor(hub.hub.database),
          async scratch() {
            const made = await createScratch(hub.scratch)
            scratches.push(made)
            return made
          },
        })
        const orders = [{ task, input: { discardLocal: options.discardLocal ?? false } }]
        showExecuted(terminal, await executeTasks(hub, orders, options, terminal), options.json ?? false)
      } finally {
        for (const made of scratches) await made.dispose()
        await local.close()
      }
    })
}

/** This machine's hub and its place in the bucket. */
async function sides(options: SyncOptions) {
  const loaded = await loadConfig(options.config)
  const hub = chooseHub(loaded, options.hub)
  const { findDeployment } = await import('../aws/deployment.ts')
  const deployed = await findDeployment(loaded.config.aws)
  const remote = { bucket: deployed.hubBucket, store: deployed.storeOf(hub.hub.id) }
  return { hub, local: openEmbedded(hub, { tasks }), remote }
}
