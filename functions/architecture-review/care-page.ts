import { formatDuration } from '@hubkeeper/core'
import { type Block, type Cell, type Cost, type Section, type TaskEffect, wasToRun } from '@hubkeeper/review'

/** Rows of a table for people; all of them are in the JSON. */
const mostRows = 25

/** Tasks with what became of them. */
export function effectsTable(effects: readonly TaskEffect[]): Block {
  const rows = effects
    .filter(wasToRun)
    .map(({ byHand, completed, failed, late, missed, scheduled, task, typicalSeconds }): Cell[] => [
      task,
      scheduled === null ? '–' : String(scheduled),
      String(completed),
      ...[late, failed, missed].map(
        (count): Cell => (count === 0 ? '0' : { text: String(count), status: 'warning' }),
      ),
      String(byHand),
      typicalSeconds === null ? '–' : formatDuration(typicalSeconds * 1000),
    ])
  if (rows.length === 0) return { kind: 'paragraph', text: 'Nothing ran, and nothing was to run.' }
  const header = ['task', 'due', 'done', 'late', 'failed', 'missed', 'by hand', 'typical']
  return { kind: 'table', caption: 'Maintenance, by task', header, rows, right: [1, 2, 3, 4, 5, 6, 7] }
}

/** The estimate of the cost, with its arithmetic. */
export function costSection({ assumptions, currency, isWhole, parts, perMonth }: Cost): Section {
  const money = (amount: number): string =>
    amount > 0 && amount < 0.005 ? `< 0.01 ${currency}` : `${amount.toFixed(2)} ${currency}`
  const rest = parts.slice(mostRows)
  return {
    heading: 'Cost on AWS, an estimate',
    blocks: [
      {
        kind: 'paragraph',
        text: isWhole
          ? `About ${money(perMonth)} a month.`
          : `At least ${money(perMonth)} a month: not everything was measured, see below.`,
      },
      {
        kind: 'table',
        caption: 'Parts, dearest first',
        header: ['part', 'a month', 'arithmetic'],
        rows: parts.slice(0, mostRows).map((part) => [part.name, money(part.perMonth), part.arithmetic]),
        right: [1],
      },
      ...(rest.length === 0
        ? []
        : [
            {
              kind: 'paragraph' as const,
              text: `And ${rest.length} cheaper ones, ${money(rest.reduce((sum, each) => sum + each.perMonth, 0))} in all: see architecture.json.`,
            },
          ]),
      { kind: 'list', items: assumptions },
    ],
  }
}
