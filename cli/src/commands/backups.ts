import { type Backup, type BackupList, formatBytes } from '@hubkeeper/core'
import type { Command } from 'commander'
import { tasks } from '../../../functions/tasks.ts'
import { verifyBackups } from '../../../functions/verify-backups/task.ts'
import { chooseHub, loadConfig } from '../config.ts'
import { openEmbedded } from '../embedded.ts'
import { executeTasks } from '../execute.ts'
import { type CommonOptions, type RunOptions, withCommonOptions, withRunOptions } from '../options.ts'
import { columns } from '../terminal/columns.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { showExecuted } from './run.ts'

/** `hubkeeper backups list` and `hubkeeper backups verify`. */
export function registerBackups(program: Command, terminal: Terminal): void {
  const backups = program.command('backups').description('what is stored, and whether it is proven')
  withCommonOptions(backups.command('list', { isDefault: true }))
    .description('every backup, newest first')
    .action(async (options: CommonOptions) => {
      const embedded = openEmbedded(chooseHub(await loadConfig(options.config), options.hub), { tasks })
      try {
        const ports = await embedded.connect({ backups: 'read' })
        const list = (await ports.backups?.list()) ?? { backups: [], strays: [] }
        terminal.out(
          options.json ? JSON.stringify({ schema: 1, ...list }, null, 2) : listText(terminal, list),
        )
      } finally {
        await embedded.close()
      }
    })
  withRunOptions(backups.command('verify'))
    .description('read backups back and certify anew what is true of them now')
    .argument('[id]', 'one backup, latest, or all', 'all')
    .action(async (id: string, options: RunOptions) => {
      const hub = chooseHub(await loadConfig(options.config), options.hub)
      const orders = [{ task: verifyBackups, input: { backup: id } }]
      showExecuted(terminal, await executeTasks(hub, orders, options, terminal), options.json ?? false)
    })
}

function listText(terminal: Terminal, { backups, strays }: BackupList): string {
  if (backups.length === 0 && strays.length === 0) return 'no backups yet; make one: hubkeeper backup'
  const header = ['id', 'taken at (UTC)', 'size', 'reason', 'certified']
  const rows = backups
    .toReversed()
    .map(({ certificate, manifest }: Backup) => [
      manifest.id,
      manifest.takenAt.slice(0, 19).replace('T', ' '),
      formatBytes(manifest.bytes),
      manifest.reason,
      certificate === null ? terminal.paint('yellow', 'never proven') : certificate.level,
    ])
  const notes = strays.map(({ id, reason }) => terminal.paint('yellow', `${id} does not count: ${reason}`))
  return [columns([header.map((cell) => terminal.paint('dim', cell)), ...rows]), ...notes].join('\n')
}
