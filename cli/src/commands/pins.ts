import { type Backup, backupMissing, type Pin, pinSchema } from '@hubkeeper/core'
import type { Command } from 'commander'
import { chooseHub, loadConfig } from '../config.ts'
import { type CommonOptions, withCommonOptions } from '../options.ts'
import { thisAccount } from '../owner.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { withEmbedded } from '../with-embedded.ts'
import { showStatement, statementOf } from './statement.ts'

interface PinOptions extends CommonOptions {
  readonly reason: string
  readonly by: string
}

/** `hubkeeper backups pin` and `unpin`. */
export function registerPins(backups: Command, terminal: Terminal): void {
  withCommonOptions(backups.command('pin'))
    .description('keep a backup from retention, whatever its age')
    .argument('<id>', 'one backup, or latest')
    .requiredOption('--reason <text>', 'why it is kept, for who wonders')
    .option('--by <name>', 'who says so', thisAccount().user)
    .addHelpText(
      'after',
      '\nExample:\n  hubkeeper backups pin latest --reason "before the move to version 3"',
    )
    .action(async (id: string, options: PinOptions) => {
      const pin = pinOf(options)
      const { backup, writer } = await setPin(id, options, pin)
      showStatement(terminal, options, shownOf(backup, pin), [
        `${backup.manifest.id} is kept whatever its age, pinned by ${pin.by}: ${pin.reason}`,
        ...(writer === null
          ? []
          : [`${writer} is at work: see that it had not begun to delete it, with hubkeeper backups list`]),
      ])
    })
  withCommonOptions(backups.command('unpin'))
    .description('give a backup back to retention')
    .argument('<id>', 'one backup, or latest')
    .addHelpText('after', '\nExample:\n  hubkeeper backups unpin 20261125T151741Z-5mq0pw')
    .action(async (id: string, options: CommonOptions) => {
      const { backup } = await setPin(id, options, null)
      const was =
        backup.pin === null ? 'was not pinned' : `was pinned by ${backup.pin.by}: ${backup.pin.reason}`
      showStatement(terminal, options, shownOf(backup, null), [
        `${backup.manifest.id} ${was}`,
        'retention decides about it again',
      ])
    })
}

const pinOf = ({ by, reason }: PinOptions): Pin =>
  statementOf(pinSchema, { by, reason, at: new Date().toISOString() })

/** The backup as it was before, and who changes the hub meanwhile. @throws HubkeeperError `backup-missing` */
async function setPin(
  id: string,
  options: CommonOptions,
  pin: Pin | null,
): Promise<{ backup: Backup; writer: string | null }> {
  const configured = chooseHub(await loadConfig(options.config), options.hub)
  return withEmbedded(configured, async ({ connect, ledger }) => {
    const { backups } = await connect({ backups: 'write' })
    const backup = await backups.find(id)
    if (backup === null) {
      const wanted = id === 'latest' ? 'proven backup' : `backup ${id}`
      throw backupMissing(`there is no ${wanted}`)
    }
    await backups.pin(backup, pin)
    return { backup, writer: (await ledger.writer())?.holder ?? null }
  })
}

const shownOf = ({ manifest: { id }, pin: before }: Backup, pin: Pin | null) => ({ backup: id, pin, before })
