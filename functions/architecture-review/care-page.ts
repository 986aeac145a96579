import { formatDuration } from '@hubkeeper/core'
import type { Block, Cell, Cost, Section, TaskEffect } from '@hubkeeper/review'

/** Rows of a table for people; all of them are in the JSON. */
const mostRows = 25

/** Tasks with what became of them. */
export const effectsTable = (effects: readonly TaskEffect[]): Block => ({
  kind: 'table',
  caption: 'Maintenance, by task',
  header: ['task', 'scheduled', 'completed', 'late', 'failed', 'missed', 'by hand', 'typical'],
  rows: effects
    .filter(({ runs, scheduled }) => runs > 0 || (scheduled ?? 0) > 0)
    .map(({ byHand, completed, failed, late, missed, scheduled, task, typicalSeconds }): Cell[] => [
      task,
      scheduled === null ? '–' : String(scheduled),
      String(completed),
      ...[late, failed, missed].map(
        (count): Cell => (count === 0 ? '0' : { text: String(count), status: 'warning' }),
      ),
      String(byHand),
      typicalSeconds === null ? '–' : formatDuration(typicalSeconds * 1000),
    ]),
  right: [1, 2, 3, 4, 5, 6, 7],
})

/** The estimate of the cost, with its arithmetic. */
export function costSection({ assumptions, currency, parts, perMonth }: Cost): Section {
  const money = (amount: number): string => `${amount.toFixed(2)} ${currency}`
  return {
    heading: 'Cost on AWS, an estimate',
    blocks: [
      { kind: 'paragraph', text: `About ${money(perMonth)} a month.` },
      {
        kind: 'table',
        caption: 'Parts, dearest first',
        header: ['part', 'a month', 'arithmetic'],
        rows: parts.slice(0, mostRows).map((part) => [part.name, money(part.perMonth), part.arithmetic]),
        right: [1],
      },
      { kind: 'list', items: assumptions },
    ],
  }
}
