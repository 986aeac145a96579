import { formatBytes, formatValue } from '@hubkeeper/core'
import { type Block, bandOf, type Section, signedText, trendLines, trendOf } from '@hubkeeper/review'
import { totalBytes } from '../database.ts'
import { bytesBefore, type Measured, vanishedTables } from '../measured.ts'
import { barChart, sentence } from './parts.ts'

/** How far the size is foretold, days. */
const ahead = 90

/** So many tables are listed; the document has all. */
const listed = 50

/** Where the bytes are. */
export function sizeSection(measured: Measured): Section {
  const { database, disks, earlier, memory } = measured
  const tables = (database?.statistics?.tables ?? []).toSorted((a, b) => totalBytes(b) - totalBytes(a))
  const gone = vanishedTables(measured)
  const rows = tables.slice(0, listed).map(({ bytes, indexBytes, name, rows: count }) => {
    const before = bytesBefore(earlier, name)
    return [
      name,
      formatValue(count, 'count'),
      formatBytes(bytes),
      formatBytes(indexBytes),
      before === null ? '–' : signedText(bytes - before, 'bytes'),
    ]
  })
  const header = ['table', 'rows', 'size', 'indexes', 'since the analysis before']
  const places = [
    ...disks.map(
      ({ freeBytes, path, totalBytes: total }) =>
        `${path}: ${formatBytes(freeBytes)} of ${formatBytes(total)} free`,
    ),
    ...(memory === null
      ? []
      : [
          `memory (${memory.source}): ${formatBytes(memory.availableBytes)} of ${formatBytes(memory.totalBytes)} available`,
        ]),
  ]
  return {
    heading: 'Where the bytes are',
    blocks: [
      ...barChart(
        'Tables with their indexes',
        'bytes',
        tables.map((table) => ({ name: table.name, value: totalBytes(table) })),
      ),
      ...(tables.length === 0
        ? [sentence('The sizes of its tables are not known.')]
        : [{ kind: 'table' as const, caption: 'Tables, greatest first', header, rows, right: [1, 2, 3, 4] }]),
      ...(tables.length > listed ? [sentence(`and ${tables.length - listed} more`)] : []),
      ...(gone.length === 0 ? [] : [sentence(`Gone since the analysis before: ${gone.join(', ')}.`)]),
      ...(places.length === 0 ? [] : [{ kind: 'list' as const, items: places }]),
    ],
  }
}

/** How the database grows, and where that leads. */
export function growthSection(at: Date, subject: string, { earlier }: Measured): Section {
  const readings = earlier.readings({ name: 'database.size', subject })
  const trend = trendOf(readings, at)
  const told = typeof trend === 'string' ? [`The trend is ${trend}.`] : trendLines(trend, 'bytes')
  const chart: Block[] =
    readings.length < 2
      ? []
      : [
          {
            kind: 'chart',
            chart: {
              kind: 'line',
              title: 'Size of the database',
              unit: 'bytes',
              series: [{ name: 'database', points: readings }],
              ...(typeof trend === 'string' ? {} : { forecast: bandOf(trend, at, ahead) }),
            },
          },
        ]
  return { heading: 'Growth', blocks: [...chart, { kind: 'list', items: told }] }
}
