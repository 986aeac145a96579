import { days } from '@hubkeeper/core'
import type { Chart, Page } from '@hubkeeper/review'

const start = Date.UTC(2025, 11, 1)
const day = (i: number): Date => new Date(start + days(i))

/** A year of sizes that grow, with a time in which nothing was measured and where they are going. */
export const growth: Chart = {
  kind: 'line',
  title: 'Size of the database',
  unit: 'bytes',
  series: [
    {
      name: 'Database',
      points: Array.from({ length: 52 }, (_, i) => ({
        at: day(i * 7),
        value: 4.1e8 + i * 6.2e6 + Math.sin(i) * 4e6,
      })).filter((_, i) => i < 20 || i > 27),
    },
  ],
  forecast: {
    name: 'Forecast, 95 % interval',
    points: Array.from({ length: 7 }, (_, i) => {
      const value = 7.3e8 + i * 2.7e7
      return { at: day(357 + i * 30), value, low: value - 1e7 - i * 1.2e7, high: value + 1e7 + i * 1.2e7 }
    }),
  },
  limits: [
    { name: 'Scratch of the function', value: 1024 ** 3 },
    { name: 'Disk', value: 60 * 1024 ** 3 },
  ],
}

/** Several lines in one picture. */
export const percentiles: Chart = {
  kind: 'line',
  title: 'Response time of /api/search',
  unit: 'seconds',
  series: ['p50', 'p95', 'p99'].map((name, k) => ({
    name,
    points: Array.from({ length: 24 }, (_, i) => ({
      at: new Date(start + i * 3_600_000),
      value: 0.02 * (k + 1) ** 1.6 + 0.004 * Math.sin(i / 2 + k) + (i === 14 ? 0.05 * k : 0),
    })),
  })),
  limits: [{ name: 'Objective', value: 0.2 }],
}

/** Names that need room. */
export const tables: Chart = {
  kind: 'bars',
  title: 'Rows by table',
  unit: 'rows',
  bars: [
    { name: 'knowledge_embeddings_by_document', value: 1_240_000 },
    { name: 'search_index', value: 610_300 },
    { name: 'content', value: 240_100 },
    { name: 'sessions', value: 12_040 },
    { name: 'schema_migrations', value: 41 },
    { name: 'drafts', value: 0 },
  ],
}

/** Short names, with a limit. */
export const backups: Chart = {
  kind: 'bars',
  title: 'Age of the newest backup, by level',
  unit: 'seconds',
  bars: [
    { name: 'hourly', value: 2_400 },
    { name: 'daily', value: 61_000 },
    { name: 'weekly', value: 320_000 },
  ],
  limits: [{ name: 'Promised', value: 86_400 }],
}

/** A page with everything that a page can have. */
export const samplePage: Page = {
  title: 'Architecture review',
  subtitle: 'library, fourth quarter of 2026',
  status: 'warning',
  verdict:
    'The database outgrows the function that proves it in eleven weeks; everything else has room for a year.',
  generatedAt: new Date(Date.UTC(2026, 11, 1, 10, 0, 0)),
  sections: [
    {
      heading: 'At a glance',
      blocks: [
        {
          kind: 'figures',
          figures: [
            { name: 'size of the database', value: '696.2 MiB', note: '+ 19.4 MiB a week' },
            { name: 'available', value: '99.94 %', note: 'objective 99.9 %' },
            { name: 'security score', value: '83', note: 'was 71' },
            { name: 'cost of a month', value: '4.18 USD' },
          ],
        },
        { kind: 'paragraph', text: 'What follows is told from 44 reports of a year. Eight weeks have none.' },
        {
          kind: 'list',
          items: ['Give the function 2 GiB of scratch.', 'Archive what nobody read for a year.'],
        },
      ],
    },
    {
      heading: 'Growth',
      blocks: [
        { kind: 'chart', chart: growth },
        { kind: 'chart', chart: tables },
      ],
    },
    {
      heading: 'Performance',
      blocks: [
        { kind: 'chart', chart: percentiles },
        {
          kind: 'table',
          caption: 'Headroom of each limit',
          header: ['status', 'limit', 'now', 'in a year', 'reached'],
          rows: [
            [
              { text: 'critical', status: 'critical' },
              'time of a restore',
              '3 h 20 min',
              '5 h',
              '2026-12-20',
            ],
            [
              { text: 'warning', status: 'warning' },
              'scratch of the function',
              '696.2 MiB',
              '1.7 GiB',
              '2027-02-17',
            ],
            [{ text: 'unknown', status: 'unknown' }, 'memory of the function', '–', '–', '–'],
            [{ text: 'skipped', status: 'skipped' }, 'disk of the server', '–', '–', '–'],
            [
              { text: 'ok', status: 'ok' },
              'time of the function',
              '48.2 s',
              '1 min 52 s',
              'not within ten years',
            ],
          ],
          right: [2, 3],
        },
      ],
    },
    {
      heading: 'Backups',
      blocks: [
        { kind: 'chart', chart: backups },
        {
          kind: 'details',
          summary: 'How this was measured',
          blocks: [
            { kind: 'paragraph', text: 'Ages count from the moment that the content of a backup is of.' },
            { kind: 'list', items: ['Every backup is proven.', 'Pinned ones are not counted.'] },
          ],
        },
      ],
    },
  ],
}
