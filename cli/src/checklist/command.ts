import { type ChecklistCadence, checklistCadences, checklistState, checklistsAt } from '@hubkeeper/review'
import { type LedgerOptions, withChosenHub } from '../commands/deployed-ledger.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { checklistDocument } from './document.ts'
import { checklistsText } from './text.ts'

/** Options of `hubkeeper checklist`. */
export interface ChecklistOptions extends LedgerOptions {
  readonly at?: Date
}

/** Shows one checklist, or all. */
export async function showChecklists(
  cadence: ChecklistCadence | undefined,
  options: ChecklistOptions,
  terminal: Terminal,
): Promise<void> {
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
}
