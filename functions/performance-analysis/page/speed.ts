import {
  type FindingStatus,
  formatValue,
  type HubConfig,
  quantile,
  type RunTimes,
  type StatementBenchmark,
} from '@hubkeeper/core'
import {
  type Block,
  type Cell,
  responseTimeCharts,
  type Section,
  slowestChart,
  type Timed,
} from '@hubkeeper/review'
import type { Measured } from '../measured.ts'
import { indexText, scanText } from '../statements.ts'
import { type SpeedTrend, trendFinding } from '../trends.ts'
import { barChart, sentence, timeText } from './parts.ts'

/** How long statements take, with their plans. */
export function statementSection({ database }: Measured): Section {
  const heading = 'Statements'
  const statements = database?.statements ?? []
  if (statements.length === 0) return { heading, blocks: [sentence('None was benchmarked.')] }
  const header = ['statement', 'rows', 'cold p50', 'cold p95', 'warm p50', 'warm p95']
  const rows = statements.map(({ name, outcome }) => {
    const runs = outcome.state === 'done' ? outcome.value : null
    const of = (times: RunTimes | null | undefined): string[] => [
      timeText(times?.p50 ?? null),
      timeText(times?.p95 ?? null),
    ]
    return [name, formatValue(runs?.rows ?? null, 'count'), ...of(runs?.cold), ...of(runs?.warm)]
  })
  const bars = statements.flatMap(({ name, outcome }) =>
    outcome.state === 'done' && outcome.value.warm !== null ? [{ name, value: outcome.value.warm.p95 }] : [],
  )
  return {
    heading,
    blocks: [
      ...(database?.guessed === true
        ? [sentence('Guessed from the schema: name the hub’s own as database.statements.')]
        : []),
      { kind: 'table', caption: 'Time until the last row', header, rows, right: [1, 2, 3, 4, 5] },
      ...barChart('Statements, warm, p95', 'seconds', bars),
      ...plans(statements),
    ],
  }
}

/** What plans say, for those who ask. */
function plans(statements: readonly StatementBenchmark[]): Block[] {
  const blocks = statements.flatMap(({ fullScans, missingIndexes, name, plan }): Block[] =>
    plan.length === 0
      ? []
      : [
          sentence(name),
          { kind: 'list', items: [...plan, ...fullScans.map(scanText), ...missingIndexes.map(indexText)] },
        ],
  )
  return blocks.length === 0 ? [] : [{ kind: 'details', summary: 'Query plans', blocks }]
}

/** How long the API takes. */
export function apiSection({ endpoints }: Measured): Section {
  const heading = 'API'
  if (endpoints.length === 0) return { heading, blocks: [sentence('No endpoint is configured.')] }
  const rows = endpoints.map(({ availability, durations, failures, path, requests }) => [
    path,
    {
      text: failures === 0 ? 'all answered' : `${failures} of ${requests} failed`,
      status: availability.status,
    },
    ...[0.5, 0.95].map((share) => timeText(durations.length === 0 ? null : quantile(durations, share))),
  ])
  const header = ['endpoint', 'requests', 'p50', 'p95']
  return {
    heading,
    blocks: [{ kind: 'table', caption: 'Response times', header, rows, right: [2, 3] }],
  }
}

/** What became of both over the months. */
export function trendSection(
  hub: Pick<HubConfig, 'thresholds'>,
  { earlier, endpoints, trends }: Measured,
): Section {
  const heading = 'Trends'
  const rows = trends.map((trend): Cell[] => {
    const { before, figure, latest } = trend
    return [
      `${figure.name}${figure.subject === null ? '' : ` of ${figure.subject}`}`,
      timeText(before.median),
      timeText(latest.median),
      changeCell(trend, trendFinding(hub, trend).status),
      `${before.readings} and ${latest.readings}`,
    ]
  })
  // Those of an endpoint that does not answer now are of more interest than ever.
  const responses = (name: string): Timed[] =>
    endpoints.map(({ path }) => ({ subject: path, points: earlier.readings({ name, subject: path }) }))
  const statements = timed(trends, 'database.query-time').filter(({ points }) => points.length > 1)
  const header = ['figure', 'the 90 days before', 'last 30 days', 'change', 'readings']
  const medians: Block = { kind: 'table', caption: 'Medians', header, rows, right: [1, 2, 4] }
  const blocks = [
    ...(rows.length === 0 ? [] : [medians]),
    ...responseTimeCharts({ p50: responses('api.p50'), p95: responses('api.p95') }),
    ...(statements.length === 0 ? [] : [slowestChart('Query times, median', statements)]),
  ]
  return { heading, blocks: blocks.length === 0 ? [sentence('Nothing was timed.')] : blocks }
}

function changeCell({ changePercent }: SpeedTrend, status: FindingStatus): Cell {
  if (changePercent === null) return '–'
  return { text: `${changePercent > 0 ? '+' : ''}${formatValue(changePercent, 'percent')}`, status }
}

const timed = (trends: readonly SpeedTrend[], name: string): Timed[] =>
  trends
    .filter(({ figure }) => figure.name === name)
    .map(({ figure: { subject }, readings }) => ({ subject, points: readings }))
