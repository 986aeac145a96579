import {
  type Checklist,
  type ChecklistItem,
  type ChecklistState,
  checklistCounts,
  checklistState,
} from '@hubkeeper/review'
import { shortTime } from '../terminal/moment.ts'
import { plain } from '../terminal/plain.ts'
import type { Terminal } from '../terminal/terminal.ts'

const marks = {
  ticked: ['✔', 'green'],
  open: ['○', 'yellow'],
  failed: ['✖', 'red'],
} as const satisfies Record<ChecklistItem['state'], readonly [string, string]>

const heads = {
  complete: ['✔', 'green'],
  open: marks.open,
  failed: marks.failed,
} as const satisfies Record<ChecklistState, readonly [string, string]>

/** Checklists for people: every item with its evidence. */
export const checklistsText = (terminal: Terminal, hub: string, checklists: readonly Checklist[]): string =>
  checklists.map((checklist) => checklistText(terminal, hub, checklist)).join('\n\n')

function checklistText(terminal: Terminal, hub: string, checklist: Checklist): string {
  const { paint } = terminal
  const state = checklistState(checklist)
  const [sign, colour] = heads[state]
  const since = shortTime(checklist.from.toISOString())
  return [
    `${paint(colour, `${sign} ${state}`)} ${paint('bold', checklist.cadence)} checklist of ${hub}: ${paint('dim', `${checklistCounts(checklist)}; evidence since ${since} UTC`)}`,
    ...checklist.items.flatMap((item) => itemLines(terminal, item)),
  ].join('\n')
}

function itemLines({ paint }: Terminal, { evidence, id, state, title }: ChecklistItem): string[] {
  const [sign, colour] = marks[state]
  const word = state === 'ticked' ? sign : `${sign} ${state}`
  return [
    `  ${paint(colour, word)} ${title} ${paint('dim', `(${id})`)}`,
    ...evidence.map((line) => `      ${paint('dim', plain(line))}`),
  ]
}
