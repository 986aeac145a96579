import { type BackupList, planRetention, type RetentionPlan } from '@hubkeeper/core'
import type { Command } from 'commander'
import { verifyBackups } from '../../../functions/verify-backups/task.ts'
import { chooseHub, loadConfig } from '../config.ts'
import { executeTasks } from '../execute.ts'
import { type CommonOptions, type RunOptions, withCommonOptions, withRunOptions } from '../options.ts'
import { listText, retentionText } from '../terminal/backups.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { withEmbedded } from '../with-embedded.ts'
import { registerPins } from './pins.ts'
import { registerQuarantine } from './quarantine.ts'
import { showExecuted } from './run.ts'

interface ListOptions extends CommonOptions {
  readonly retention?: boolean
}

/** `hubkeeper backups list`, `verify`, `pin`, `unpin` and `accept`. */
export function registerBackups(program: Command, terminal: Terminal): void {
  const backups = program.command('backups').description('what is stored, and whether it is proven')
  withCommonOptions(backups.command('list', { isDefault: true }))
    .description('every backup, newest first')
    .option('--retention', 'what the next cleanup would do with each, and why')
    .addHelpText('after', '\nExample:\n  hubkeeper backups list --retention')
    .action((options: ListOptions) => showList(options, terminal))
  withRunOptions(backups.command('verify'))
    .description('prove backups again in full; exit code 0 only if every byte is as certified')
    .argument('[id]', 'one backup, latest, or all', 'all')
    .addHelpText('after', '\nExample:\n  hubkeeper backups verify latest')
    .action(async (id: string, options: RunOptions) => {
      const hub = chooseHub(await loadConfig(options.config), options.hub)
      const orders = [{ task: verifyBackups, input: { backup: id } }]
      showExecuted(terminal, await executeTasks(hub, orders, options, terminal), options.json ?? false)
    })
  registerPins(backups, terminal)
  registerQuarantine(backups, terminal)
}

async function showList(options: ListOptions, terminal: Terminal): Promise<void> {
  const configured = chooseHub(await loadConfig(options.config), options.hub)
  await withEmbedded(configured, async ({ connect, drivers, ledger }) => {
    const { backups } = await connect({ backups: 'read' })
    const list = await backups.list()
    if (options.retention !== true) {
      terminal.out(options.json ? json(list) : listText(terminal, list))
      return
    }
    const currentAt = (await backups.newestProven(list.backups))?.currentAt ?? null
    const at = drivers.now()
    const plan = planRetention({ hub: configured.hub, list, currentAt, at })
    const hold = await ledger.hold()
    terminal.out(
      options.json
        ? json(list, { ...decisionsOf(plan), hold })
        : retentionText(terminal, { list, plan, hold, at }),
    )
  })
}

const json = (found: BackupList, retention?: object): string =>
  JSON.stringify({ schema: 1, ...found, ...(retention === undefined ? {} : { retention }) }, null, 2)

/** A plan by ids: what the backups are is said beside it. */
const decisionsOf = ({ backups, countedFrom, strays }: RetentionPlan) => ({
  countedFrom,
  backups: backups.map(({ keep, of, reasons }) => ({ id: of.manifest.id, keep, reasons })),
  strays: strays.map(({ keep, of, reasons }) => ({ id: of.id, keep, reasons })),
})
