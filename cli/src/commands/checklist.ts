import { type ChecklistCadence, checklistCadences, checklistState, checklistsAt } from '@hubkeeper/review'
import { Argument, type Command } from 'commander'
import { checklistDocument } from '../checklist/document.ts'
import { checklistsText } from '../checklist/text.ts'
import { parseMoment } from '../options.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { type LedgerOptions, withChosenHub, withLedgerOptions } from './deployed-ledger.ts'

interface ChecklistOptions extends LedgerOptions {
  readonly at?: Date
}

/** `hubkeeper checklist`. */
export function registerChecklist(program: Command, terminal: Terminal): void {
  withLedgerOptions(program.command('checklist'))
    .description('what is ticked by evidence or signature, what is open, what failed')
    .addArgument(new Argument('[cadence]', 'one of the checklists; else all').choices(checklistCadences))
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
      await withChosenHub(options, async ({ hub, ledger, now, reports }) => {
        const at = options.at ?? now()
        const cadences = cadence === undefined ? checklistCadences : [cadence]
        const checklists = await checklistsAt({ at, hub, ledger, reports }, cadences)
        terminal.out(
          options.json
            ? JSON.stringify(checklistDocument(hub.id, at, checklists), null, 2)
            : checklistsText(terminal, hub.id, checklists),
        )
        if (checklists.some((checklist) => checklistState(checklist) === 'failed')) process.exitCode = 1
      })
    })
}
