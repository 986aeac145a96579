import {
  type Block,
  type Capacity,
  type Cell,
  crossingText,
  type ReviewFacts,
  type Section,
  staysBelow,
  takenText,
} from '@hubkeeper/review'

const paragraph = (text: string): Block => ({ kind: 'paragraph', text })

const fits = (capacity: Capacity, times: number): Cell => {
  const answer = staysBelow(capacity, times)
  if (answer === null)
    return capacity.share === null
      ? { text: 'not known', status: 'unknown' }
      : { text: 'not told', status: 'skipped' }
  return answer ? { text: 'fits', status: 'ok' } : { text: 'does not fit', status: 'warning' }
}

/** Every limit: what is taken, when it is reached, and whether twice and ten times as much fits. */
export function limitsSection({ at, capacities }: ReviewFacts): Section {
  const rows = capacities.map((capacity): Cell[] => {
    const { crossing, name } = capacity
    const when: Cell =
      crossing === null ? { text: 'not told', status: 'skipped' } : crossingText(crossing, at)
    return [name, takenText(capacity), when, fits(capacity, 2), fits(capacity, 10)]
  })
  // The share of a disk has another whole, and is in the table.
  const taken = capacities.flatMap(({ name, share, unit }) =>
    share === null || unit === 'percent' ? [] : [{ name, value: share * 100 }],
  )
  const header = ['limit', 'taken', 'reached (95 % interval)', 'twice as much', 'ten times']
  return {
    heading: 'Room to grow',
    blocks: [
      ...(taken.length === 0
        ? []
        : [
            {
              kind: 'chart' as const,
              chart: {
                kind: 'bars' as const,
                title: 'How much of each limit is taken',
                unit: 'percent' as const,
                bars: taken.toSorted((a, b) => b.value - a.value),
                limits: [
                  { name: 'no room for twice as much', value: 50 },
                  { name: 'all of it', value: 100 },
                ],
              },
            },
          ]),
      rows.length === 0
        ? paragraph('No limit is known.')
        : { kind: 'table', caption: 'Limits', header, rows },
      {
        kind: 'details',
        summary: 'How each limit comes about, and why it has no date',
        blocks: [{ kind: 'list', items: capacities.map(sourceText) }],
      },
    ],
  }
}

function sourceText({ because, name, trend }: Capacity): string {
  const undated = typeof trend === 'string' && trend !== because ? `; no date: ${trend}` : ''
  return `${name}: ${because}${undated}`
}
