import { days } from '@hubkeeper/core'
import type { Chart, Page, Point } from '@hubkeeper/review'

const start = Date.UTC(2026, 0, 1)
const daily = (values: readonly number[], step = 1): Point[] =>
  values.map((value, i) => ({ at: new Date(start + days(i * step)), value }))
const line = (title: string, unit: Chart['unit'], values: readonly number[], step = 1): Chart => ({
  kind: 'line',
  title,
  unit,
  series: [{ name: 'reading', points: daily(values, step) }],
})
const many = Array.from({ length: 5000 }, (_, i) => 50 + 30 * Math.sin(i / 300) + (i % 97 === 0 ? 40 : 0))

/** Charts at the edges of what there can be. */
export const edgeCharts: readonly Chart[] = [
  { kind: 'line', title: 'no series', unit: 'count', series: [] },
  line('no readings', 'bytes', []),
  line('one reading', 'bytes', [5_000_000]),
  line('two readings', 'seconds', [0.0004, 0.0011]),
  line('always the same', 'percent', [42, 42, 42]),
  line('always nothing', 'rows', [0, 0, 0, 0]),
  line('nearly all', 'percent', [99.93, 99.97, 99.99, 99.95, 100]),
  line('huge', 'bytes', [1e300, 2e300, 3e300]),
  line('greater than anything', 'count', [1, Number.MAX_VALUE, 2]),
  line('below zero', 'usd', [-3.5, 2.25, -1, 4]),
  line('no numbers', 'count', [Number.NaN, 3, Number.POSITIVE_INFINITY, 5]),
  line('five thousand readings', 'percent', many, 0.02),
  line(
    'ten years',
    'rows',
    Array.from({ length: 120 }, (_, i) => 1e6 + i * 3e4),
    30,
  ),
  {
    kind: 'line',
    title: 'no time',
    unit: 'count',
    series: [{ name: 'timeless', points: [{ at: new Date(Number.NaN), value: 1 }] }],
  },
  {
    kind: 'line',
    title: 'nine series',
    unit: 'seconds',
    series: Array.from({ length: 9 }, (_, k) => ({
      name: `GET /api/number/${k}/with/a/rather/long/path/to/say`,
      points: daily([k, k + 1, k + 0.5, k + 2].map((value) => value * 40)),
    })),
  },
  {
    kind: 'line',
    title: 'only a forecast, between two limits',
    unit: 'bytes',
    series: [],
    forecast: {
      name: 'expected',
      points: daily([100, 200]).map((point) => ({ ...point, low: point.value - 90, high: point.value + 90 })),
    },
    limits: [
      { name: 'upper', value: 300 },
      { name: 'upper still', value: 310 },
    ],
  },
  {
    kind: 'line',
    title: 'limits close together, and one at the bottom',
    unit: 'percent',
    series: [{ name: 'reading', points: daily([1, 60, 99]) }],
    limits: [0, 80, 82, 84, 86, 88, 90].map((value) => ({ name: `a limit of ${value} and more`, value })),
  },
  { kind: 'bars', title: 'no bars', unit: 'count', bars: [] },
  { kind: 'bars', title: 'one bar', unit: 'usd', bars: [{ name: 'S3', value: 0.12 }] },
  {
    kind: 'bars',
    title: 'all nothing',
    unit: 'rows',
    bars: [
      { name: 'empty', value: 0 },
      { name: 'also', value: 0 },
    ],
  },
  {
    kind: 'bars',
    title: 'up and down',
    unit: 'bytes',
    bars: [
      { name: 'a name that is much too long to stand below an upright bar', value: 2e9 },
      { name: 'shrinks, this one', value: -1e9 },
      { name: '漢字の名前はもっと広い場所が必要です', value: 5e8 },
    ],
    limits: [{ name: 'allowed', value: 1.5e9 }],
  },
  {
    kind: 'bars',
    title: 'amounts that leave no room for names',
    unit: 'lines',
    bars: [
      { name: 'what has more lines than anything else', value: -9e17 + 1 },
      { name: 'no', value: 9e17 },
    ],
    limits: [{ name: 'more than anybody can count to, however long', value: 8e17 }],
  },
  {
    kind: 'bars',
    title: 'sixty bars',
    unit: 'count',
    bars: Array.from({ length: 60 }, (_, i) => ({ name: `type ${i}`, value: 60 - i })),
  },
]

/** All of them on one page. */
export const edgePage: Page = {
  title: 'Edges',
  subtitle: 'charts that are hard to draw',
  status: 'critical',
  verdict: 'Look at each.',
  generatedAt: new Date(start),
  sections: [
    { heading: 'Charts', blocks: edgeCharts.map((chart) => ({ kind: 'chart', chart })) },
    { heading: 'Nothing', blocks: [] },
  ],
}
