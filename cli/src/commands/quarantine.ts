import {
  type Acceptance,
  acceptanceSchema,
  type Backup,
  type BackupWriter,
  backupMissing,
  describeStop,
  quarantined,
  standingQuarantines,
  UsageError,
} from '@hubkeeper/core'
import type { Command } from 'commander'
import { thisAccount } from '../owner.ts'
import type { Terminal } from '../terminal/terminal.ts'
import {
  type ChosenHub,
  commandOf,
  type LedgerOptions,
  withChosenHub,
  withLedgerOptions,
} from './deployed-ledger.ts'
import { showStatement, statementOf } from './statement.ts'

interface AcceptOptions extends LedgerOptions {
  readonly reason: string
  readonly by: string
}

/** What an acceptance works with. */
interface Accepting extends Pick<ChosenHub, 'ledger' | 'now'> {
  readonly stored: BackupWriter
  readonly terminal: Terminal
}

/** `hubkeeper backups accept`. */
export function registerQuarantine(backups: Command, terminal: Terminal): void {
  withLedgerOptions(backups.command('accept'))
    .description('end the quarantine of a backup: what vanished from it was meant to go')
    .argument('<id>', 'one backup')
    .requiredOption('--reason <text>', 'why it was meant, for who wonders')
    .option('--by <name>', 'who says so', thisAccount().user)
    .addHelpText(
      'after',
      `
Example:
  hubkeeper backups accept 20261125T151741Z-5mq0pw --reason "the old archive was moved away"

It counts from then on, and is what later ones are compared with. A hold stays until hubkeeper release.`,
    )
    .action((id: string, options: AcceptOptions) =>
      withChosenHub(options, (chosen) =>
        chosen.withBackups((stored) => accept(id, options, { ...chosen, stored, terminal })),
      ),
    )
}

async function accept(
  id: string,
  options: AcceptOptions,
  { ledger, now, stored, terminal }: Accepting,
): Promise<void> {
  const { backups } = await stored.list()
  const backup = quarantinedOne(backups, id)
  const acceptance = acceptanceOf(id, options, now())
  // Before the quarantine ends: what counts without it would look like a loss the next day.
  await ledger.updateExpectations(({ accepted, expected }) => ({
    expected,
    accepted: [...accepted.filter((other) => other.backup !== id), acceptance],
  }))
  await stored.quarantine(backup, null)
  const left = backups.map((other) => (other === backup ? { ...backup, quarantine: null } : other))
  const currentAt = (await stored.newestProven(left))?.currentAt ?? null
  const standing = standingQuarantines(left, currentAt, now()).map(({ manifest }) => manifest.id)
  const hold = await ledger.hold()
  showStatement(terminal, options, { accepted: acceptance, quarantined: standing, hold }, [
    `${id} counts from now on, accepted by ${acceptance.by}: ${acceptance.reason}`,
    ...(standing.length === 0 ? [] : [`in quarantine still: ${standing.join(', ')}`]),
    hold === null
      ? 'retention is not on hold'
      : `retention stays on hold ${describeStop(hold)}; end it with ${commandOf('release', options)}`,
  ])
}

/** @throws HubkeeperError `backup-missing`; UsageError where nothing is to be accepted */
function quarantinedOne(backups: readonly Backup[], id: string): Backup {
  const backup = backups.find(({ manifest }) => manifest.id === id)
  if (backup === undefined) throw backupMissing(`there is no backup ${id}`)
  if (backup.quarantine !== null) return backup
  const others = quarantined(backups).map(({ manifest }) => manifest.id)
  throw new UsageError(`backup ${id} is not in quarantine`, {
    hint: others.length === 0 ? 'no backup is' : `in quarantine are ${others.join(', ')}`,
  })
}

const acceptanceOf = (backup: string, { by, reason }: AcceptOptions, at: Date): Acceptance =>
  statementOf(acceptanceSchema, { backup, by, reason, at: at.toISOString() })
