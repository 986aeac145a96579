import type { ChecklistCadence } from '@hubkeeper/review'
import { Argument, type Command } from 'commander'
import type { ChecklistOptions } from '../checklist/command.ts'
import { parseMoment } from '../options.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { withLedgerOptions } from './deployed-ledger.ts'

/** As the checklists have them, which are loaded when they are asked for. */
const cadences: readonly ChecklistCadence[] = ['daily', 'weekly', 'monthly', 'quarterly']

/** `hubkeeper checklist`. */
export function registerChecklist(program: Command, terminal: Terminal): void {
  withLedgerOptions(program.command('checklist'))
    .description('what is ticked by evidence or signature, what is open, what failed')
    .addArgument(new Argument('[cadence]', 'one of the checklists; else all').choices(cadences))
    .option('--at <time>', 'as it stood then', parseMoment)
    .addHelpText(
      'after',
      `
Exit code 1 when an item failed; 0 when all are ticked, and when some are open, which is said.

Examples:
  hubkeeper checklist weekly
  hubkeeper checklist monthly --at 2026-11-30T18:00:00Z --json
  hubkeeper checklist --deployed`,
    )
    .action(async (cadence: ChecklistCadence | undefined, options: ChecklistOptions) => {
      const { showChecklists } = await import('../checklist/command.ts')
      await showChecklists(cadence, options, terminal)
    })
}
