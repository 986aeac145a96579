import { days, formatValue } from '@hubkeeper/core'
import {
  type Block,
  bandOf,
  type Cell,
  crossingText,
  type FigureSeries,
  type GrowthFact,
  type ReviewFacts,
  rateText,
  type Section,
  staysBelow,
  trendOf,
} from '@hubkeeper/review'
import type { Gathered } from './gather.ts'

/** Rows of a table for people; all of them are in the JSON. */
const mostRows = 25
/** How far ahead charts show the forecast, days. */
const ahead = 92

const paragraph = (text: string): Block => ({ kind: 'paragraph', text })

/** How the database grows, drawn with its forecast, and every table and file. */
export function growthSection({ facts, growth }: Gathered): Section {
  const { at } = facts
  return {
    heading: 'Growth',
    blocks: [
      ...(growth.database === null ? [] : [sizeChart(growth.database, facts)]),
      facts.growth.length === 0
        ? paragraph('No run measured a size yet.')
        : {
            kind: 'table',
            caption: 'Tables and files, largest first',
            header: ['of', 'bytes', 'rows', 'growth a day', '95 % interval', 'in a quarter'],
            rows: facts.growth.slice(0, mostRows).map((fact) => growthRow(fact, at)),
            right: [1, 2, 3],
          },
      ...(facts.growth.length > mostRows
        ? [paragraph(`And ${facts.growth.length - mostRows} smaller ones: see architecture.json.`)]
        : []),
      ...(growth.vanished.length === 0
        ? []
        : [
            paragraph(
              `There no more: ${growth.vanished
                .slice(0, mostRows)
                .map(
                  ({ last, series }) =>
                    `${series.subject ?? ''} (measured last ${last.toISOString().slice(0, 10)})`,
                )
                .join(', ')}.`,
            ),
          ]),
    ],
  }
}

function growthRow({ bytes, of, rows, trend }: GrowthFact, at: Date): Cell[] {
  const head = [of, formatValue(bytes, 'bytes'), rows === null ? '–' : rows.toLocaleString('en')]
  if (typeof trend === 'string') return [...head, '–', trend, '–']
  const { high, low, value } = trend.at(new Date(at.getTime() + days(ahead)))
  const size = (bytesThen: number): string => formatValue(Math.max(0, Math.round(bytesThen)), 'bytes')
  return [
    ...head,
    rateText(trend.slopePerDay, 'bytes'),
    `${rateText(trend.slopeLow, 'bytes')} to ${rateText(trend.slopeHigh, 'bytes')}`,
    `${size(value)} (${size(low)} to ${size(high)})`,
  ]
}

/** The size of the database over time, with what may come and the limits on it that are near. */
function sizeChart(database: FigureSeries, { at, capacities }: ReviewFacts): Block {
  const trend = trendOf(database.points, at)
  const newest = database.points.at(-1)?.value ?? 0
  const limits = capacities.flatMap(({ limit, name, unit }) =>
    // One that is far away would press all the rest flat.
    unit === 'bytes' && limit !== null && limit < newest * 2 ? [{ name, value: limit }] : [],
  )
  return {
    kind: 'chart',
    chart: {
      kind: 'line',
      title: 'Size of the database, with its forecast',
      unit: 'bytes',
      series: [{ name: 'size', points: database.points }],
      ...(typeof trend === 'string' ? {} : { forecast: bandOf(trend, at, ahead) }),
      limits,
    },
  }
}

const fits = (answer: boolean | null): Cell =>
  answer === null
    ? { text: 'not known', status: 'unknown' }
    : answer
      ? { text: 'fits', status: 'ok' }
      : { text: 'does not fit', status: 'warning' }

/** Every limit: what is taken, when it is reached, and whether twice and ten times as much fits. */
export function limitsSection({ at, capacities }: ReviewFacts): Section {
  const rows = capacities.map((capacity): Cell[] => {
    const { crossing, limit, name, now, trend, unit } = capacity
    const when =
      crossing !== null ? crossingText(crossing, at) : typeof trend === 'string' ? trend : 'not known'
    return [
      name,
      `${formatValue(now, unit)} of ${formatValue(limit, unit)}`,
      when,
      fits(staysBelow(capacity, 2)),
      fits(staysBelow(capacity, 10)),
    ]
  })
  const header = ['limit', 'taken', 'reached (95 % interval)', 'twice as much', 'ten times']
  return {
    heading: 'Room to grow',
    blocks: [
      rows.length === 0
        ? paragraph('No limit is known.')
        : { kind: 'table', caption: 'Limits', header, rows },
      {
        kind: 'details',
        summary: 'How each limit comes about',
        blocks: [{ kind: 'list', items: capacities.map(({ because, name }) => `${name}: ${because}`) }],
      },
    ],
  }
}
