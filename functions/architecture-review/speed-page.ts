import { formatValue } from '@hubkeeper/core'
import {
  availabilityLines,
  type Block,
  budgetUsed,
  type Cell,
  type FigureSeries,
  isSlower,
  nameOfSeries,
} from '@hubkeeper/review'
import type { Gathered } from './gather.ts'

/** Lines of one chart. */
const mostLines = 6

const paragraph = (text: string): Block => ({ kind: 'paragraph', text })

/** How fast it is, and whether it grew slower. */
export function performanceBlocks({ facts, speeds }: Pick<Gathered, 'facts' | 'speeds'>): Block[] {
  const lines = speeds.filter(({ name, points }) => name !== 'api.p50' && points.length > 1)
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
  const header = ['figure', 'newest', 'before', 'last 30 days', 'change']
  return [
    ...chartOf(
      'Response times of the API, p95',
      lines.filter(({ name }) => name === 'api.p95'),
    ),
    ...chartOf(
      'Time of statements',
      lines.filter(({ name }) => name === 'database.query-time'),
    ),
    { kind: 'table', caption: 'Medians', header, rows, right: [1, 2, 3] },
  ]
}

function chartOf(title: string, all: readonly FigureSeries[]): Block[] {
  if (all.length === 0) return []
  const slowest = all.toSorted((a, b) => (b.points.at(-1)?.value ?? 0) - (a.points.at(-1)?.value ?? 0))
  const series = slowest
    .slice(0, mostLines)
    .map(({ name, points, subject }) => ({ name: subject ?? name, points }))
  return [{ kind: 'chart', chart: { kind: 'line', title, unit: 'seconds', series } }]
}

/** How available it was, month and quarter. */
export function availabilityBlocks({ facts, lastMonth }: Pick<Gathered, 'facts' | 'lastMonth'>): Block[] {
  const { availability, targetPercent } = facts
  const times = [
    ['last 30 days', lastMonth],
    ['quarter', availability],
  ] as const
  const used = times.flatMap(([name, of]) => {
    const value = budgetUsed(of)
    return value === null ? [] : [{ name, value }]
  })
  return [
    ...(used.length === 0
      ? []
      : [
          {
            kind: 'chart' as const,
            chart: {
              kind: 'bars' as const,
              title: 'Error budget used',
              unit: 'percent' as const,
              bars: used,
              limits: [{ name: 'all of it', value: 100 }],
            },
          },
        ]),
    ...times.flatMap(([name, of]): Block[] => {
      const lines = availabilityLines(of, targetPercent)
      return [
        {
          kind: 'list',
          items: lines.length === 0 ? [`${name}: nobody looked`] : lines.map((line) => `${name}: ${line}`),
        },
      ]
    }),
  ]
}
