import { type Finding, finding } from '@hubkeeper/core'
import { momentText } from '../chart/moments.ts'
import type { Section } from '../page/page.ts'
import type { Checklist, ChecklistItem } from './checklist.ts'
import { asOneLine, inWords } from './words.ts'

/** complete: everything is ticked; failed: the evidence says of an item that it is not so; open: the rest. */
export type ChecklistState = 'complete' | 'open' | 'failed'

/** See {@link ChecklistState}. */
export function checklistState({ items }: Checklist): ChecklistState {
  if (items.some(({ state }) => state === 'failed')) return 'failed'
  return items.every(({ state }) => state === 'ticked') ? 'complete' : 'open'
}

/** `4 of 6 ticked, 1 open, 1 failed`. */
export function checklistCounts({ items }: Checklist): string {
  const count = (state: ChecklistItem['state']): number => items.filter((item) => item.state === state).length
  return [
    `${count('ticked')} of ${items.length} ticked`,
    ...(['open', 'failed'] as const).flatMap((state) =>
      count(state) > 0 ? [`${count(state)} ${state}`] : [],
    ),
  ].join(', ')
}

/** Whether a checklist is complete, as a finding. */
export function checklistFinding(checklist: Checklist): Finding {
  const { cadence, items } = checklist
  const wanting = items.filter(({ state }) => state !== 'ticked')
  const isCritical = wanting.some(({ status }) => status === 'critical')
  const status = isCritical ? 'critical' : wanting.length > 0 ? 'warning' : 'ok'
  return finding('checklist.complete', status, {
    subject: cadence,
    expected: `${items.length} of ${items.length} ticked`,
    actual: checklistCounts(checklist),
    evidence: wanting.map(({ evidence, state, title }) =>
      inWords(`${state}: ${title}: ${asOneLine(evidence)}`, 500),
    ),
  })
}

/** A checklist as a part of a page. */
export function checklistSection(checklist: Checklist): Section {
  const { cadence, from, items, to } = checklist
  return {
    heading: `Checklist: ${cadence}`,
    blocks: [
      {
        kind: 'paragraph',
        text: `${checklistCounts(checklist)}. Evidence is what ran from ${momentText(from)} to ${momentText(to)}, and what people signed.`,
      },
      {
        kind: 'table',
        caption: `The ${cadence} checklist, item by item`,
        header: ['state', 'item', 'evidence'],
        rows: items.map(({ evidence, state, status, title }) => [
          { text: state, status },
          title,
          asOneLine(evidence),
        ]),
      },
    ],
  }
}
