import { type Backup, HubkeeperError, type Pin, pinSchema, UsageError } from '@hubkeeper/core'
import type { Command } from 'commander'
import { tasks } from '../../../functions/tasks.ts'
import { chooseHub, loadConfig } from '../config.ts'
import { openEmbedded } from '../embedded.ts'
import { type CommonOptions, withCommonOptions } from '../options.ts'
import { thisAccount } from '../owner.ts'
import type { Terminal } from '../terminal/terminal.ts'

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
      show(terminal, options, backup, pin, [
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
      show(terminal, options, backup, null, [
        `${backup.manifest.id} ${was}`,
        'retention decides about it again',
      ])
    })
}

/** @throws UsageError for a reason or a name that cannot be recorded */
function pinOf({ by, reason }: PinOptions): Pin {
  const parsed = pinSchema.safeParse({ by, reason, at: new Date().toISOString() })
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ message, path }) => `--${path.join('.')}: ${message}`)
  throw new UsageError(problems.join('; '), { hint: 'say in a sentence why, and who says so' })
}

/** The backup as it was before, and who changes the hub meanwhile. @throws HubkeeperError `backup-missing` */
async function setPin(
  id: string,
  options: CommonOptions,
  pin: Pin | null,
): Promise<{ backup: Backup; writer: string | null }> {
  const embedded = openEmbedded(chooseHub(await loadConfig(options.config), options.hub), { tasks })
  try {
    const { backups } = await embedded.connect({ backups: 'write' })
    const backup = (await backups?.find(id)) ?? null
    if (backup === null || backups === undefined || !('pin' in backups)) {
      throw new HubkeeperError(
        'backup-missing',
        `there is no ${id === 'latest' ? 'proven backup' : `backup ${id}`}`,
        {
          hint: 'see what there is: hubkeeper backups list',
        },
      )
    }
    await backups.pin(backup, pin)
    return { backup, writer: (await embedded.ledger.writer())?.holder ?? null }
  } finally {
    await embedded.close()
  }
}

function show(
  terminal: Terminal,
  { json }: CommonOptions,
  { manifest: { id }, pin: before }: Backup,
  pin: Pin | null,
  lines: readonly string[],
): void {
  terminal.out(json ? JSON.stringify({ schema: 1, backup: id, pin, before }, null, 2) : lines.join('\n'))
}
