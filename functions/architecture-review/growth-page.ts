import { days, formatValue } from '@hubkeeper/core'
import {
  ageText,
  type Block,
  bandOf,
  type Cell,
  type FigureSeries,
  type GrowthFact,
  type ReviewFacts,
  type Section,
  signedText,
  trendLines,
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
      ...(growth.database === null ? [] : sizeBlocks(growth.database, facts)),
      facts.growth.length === 0
        ? paragraph('No run measured a size yet.')
        : {
            kind: 'table',
            caption: 'Tables and files, largest first',
            header: ['of', 'size', 'rows', 'growth a day', '95 % interval', 'in a quarter'],
            rows: facts.growth.slice(0, mostRows).map((fact) => growthRow(fact, at)),
            right: [1, 2, 3],
          },
      ...(facts.growth.some(({ rows }) => rows !== null)
        ? [paragraph('Rows are as the last maintenance counted them; sizes may be newer.')]
        : []),
      ...unforeseen(facts.growth.slice(0, mostRows)),
      ...(facts.growth.length > mostRows
        ? [paragraph(`And ${facts.growth.length - mostRows} smaller ones: see architecture.json.`)]
        : []),
      ...(growth.vanished.length === 0
        ? []
        : [
            paragraph(
              `No longer there: ${growth.vanished
                .slice(0, mostRows)
                .map(
                  ({ last, series }) =>
                    `${series.subject ?? ''} (measured last ${last.toISOString().slice(0, 10)})`,
                )
                .join(', ')}${more(growth.vanished.length)}.`,
            ),
          ]),
    ],
  }
}

/** That there are more than are listed. */
const more = (count: number): string => (count > mostRows ? ` and ${count - mostRows} more` : '')

/** Names of what has one reason. */
const mostNames = 3

/** Why some have no forecast, each reason once. */
function unforeseen(growth: readonly GrowthFact[]): Block[] {
  const without = growth.flatMap(({ of, trend }) =>
    typeof trend === 'string' ? [{ of, reason: trend }] : [],
  )
  if (without.length === 0) return []
  const items = [...Map.groupBy(without, ({ reason }) => reason)].map(([reason, all]) => {
    const names = all.slice(0, mostNames).map(({ of }) => of)
    const others = all.length > mostNames ? ` and ${all.length - mostNames} more` : ''
    return `${names.join(', ')}${others}: ${reason}`
  })
  return [paragraph('Without a forecast:'), { kind: 'list', items }]
}

/** An interval; one amount where both ends are written the same. */
const between = (low: string, high: string): string => (low === high ? low : `${low} to ${high}`)

function growthRow({ bytes, of, rows, trend }: GrowthFact, at: Date): Cell[] {
  const head = [of, formatValue(bytes, 'bytes'), rows === null ? '–' : rows.toLocaleString('en')]
  if (typeof trend === 'string') return [...head, '–', '–', '–']
  const { high, low, value } = trend.at(new Date(at.getTime() + days(ahead)))
  const size = (bytesThen: number): string => formatValue(Math.max(0, Math.round(bytesThen)), 'bytes')
  return [
    ...head,
    signedText(trend.slopePerDay, 'bytes'),
    between(signedText(trend.slopeLow, 'bytes'), signedText(trend.slopeHigh, 'bytes')),
    size(low) === size(high) ? size(value) : `${size(value)} (${size(low)} to ${size(high)})`,
  ]
}

/** The size of the database over time, with what may come and the limits on it that are near. */
function sizeBlocks(database: FigureSeries, { at, capacities }: ReviewFacts): Block[] {
  const trend = trendOf(database.points, at)
  const newest = database.points.at(-1)?.value ?? 0
  const limits = capacities.flatMap(({ limit, name, ofDatabase }) =>
    // One that is far away would press all the rest flat.
    ofDatabase && limit !== null && limit < newest * 2 ? [{ name, value: limit }] : [],
  )
  const isForeseen = typeof trend !== 'string'
  return [
    {
      kind: 'chart',
      chart: {
        kind: 'line',
        title: isForeseen ? 'Size of the database, with its forecast' : 'Size of the database',
        unit: 'bytes',
        series: [{ name: 'size', points: database.points }],
        ...(isForeseen ? { forecast: bandOf(trend, at, ahead) } : {}),
        limits,
      },
    },
    isForeseen
      ? { kind: 'list', items: [ageText(trend, at) ?? [], ...trendLines(trend, 'bytes')].flat() }
      : paragraph(`No forecast of it yet: it is ${trend}.`),
  ]
}
