import { formatValue } from '@hubkeeper/core'
import {
  availabilityLines,
  type Block,
  budgetBurn,
  type Cell,
  isSlower,
  leastKnown,
  nameOfSeries,
  responseTimeCharts,
  slowestChart,
} from '@hubkeeper/review'
import type { Gathered } from './gather.ts'

const paragraph = (text: string): Block => ({ kind: 'paragraph', text })

/** How fast it is, and whether it grew slower. */
export function performanceBlocks({
  facts,
  history,
  speeds,
}: Pick<Gathered, 'facts' | 'history' | 'speeds'>): Block[] {
  const rows = speeds.map((series, i): Cell[] => {
    const change = facts.changes[i] ?? 'not known'
    const newest = series.points.at(-1)?.value ?? null
    const told = [nameOfSeries(series), formatValue(newest, series.unit)]
    if (typeof change === 'string') return [...told, '–', '–', { text: change, status: 'skipped' }]
    const { before, now, percent } = change
    return [
      ...told,
      formatValue(before, series.unit),
      formatValue(now, series.unit),
      {
        text:
          percent === null ? 'it was nothing' : `${percent < 0 ? '' : '+'}${formatValue(percent, 'percent')}`,
        status: isSlower(change, facts.slowerPercent) ? 'warning' : 'ok',
      },
    ]
  })
  if (rows.length === 0) return [paragraph('No run measured how fast it is yet.')]
  const named = (wanted: string) => speeds.filter(({ name }) => name === wanted)
  const statements = named('database.query-time').filter(({ points }) => points.length > 1)
  const header = ['figure', 'newest', 'until 30 days ago', 'last 30 days', 'change']
  return [
    ...responseTimeCharts({ p50: named('api.p50'), p95: named('api.p95') }),
    ...(statements.length === 0 ? [] : [slowestChart('Time of statements', statements)]),
    {
      kind: 'table',
      caption: `Medians since ${history.from.toISOString().slice(0, 10)}`,
      header,
      rows,
      right: [1, 2, 3],
    },
  ]
}

/** How available it was, month and quarter. */
export function availabilityBlocks({ facts, lastMonth }: Pick<Gathered, 'facts' | 'lastMonth'>): Block[] {
  const { availability, targetPercent } = facts
  const times = [
    ['last 30 days', lastMonth],
    ['quarter', availability],
  ] as const
  // Of few looks a share of the budget says nothing: the lines below tell how few.
  const used = times.flatMap(([name, of]) => (of.known < leastKnown ? [] : (budgetBurn(of, name) ?? [])))
  return [
    ...(used.length === 0
      ? []
      : [
          {
            kind: 'chart' as const,
            chart: {
              kind: 'line' as const,
              title: 'Error budget used over time',
              unit: 'percent' as const,
              series: used,
              limits: [{ name: 'all of it', value: 100 }],
            },
          },
        ]),
    ...times.flatMap(([name, of]): Block[] => {
      const lines = availabilityLines(of, targetPercent)
      return [
        { kind: 'heading', text: `${name.charAt(0).toUpperCase()}${name.slice(1)}` },
        lines.length === 0 ? paragraph('Nobody looked.') : { kind: 'list', items: lines },
      ]
    }),
  ]
}
