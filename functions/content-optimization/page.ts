import {
  countOf,
  type Figure,
  type Finding,
  formatBytes,
  formatDuration,
  type Report,
  seconds,
  worstOf,
} from '@hubkeeper/core'
import { type Block, type Page, pageOfReport, type Section } from '@hubkeeper/review'
import type { ContentContext } from './context.ts'
import type { ContentDocument } from './document.ts'
import { sinceSection } from './since.ts'
import { typeName } from './words.ts'

/** Types that a chart and a table show. */
const shown = 20
/** Files that a table shows. */
const mostFiles = 100

const percent = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${((part / whole) * 100).toFixed(1)} %`

/** The run as a page for people: what is wrong, then the content, then the indexes. */
export function pageOf(
  { at, hub, now, run, scheduledFor }: ContentContext,
  document: ContentDocument,
  told: {
    readonly findings: readonly Finding[]
    readonly figures: readonly Figure[]
    /** The run before; null when there is none. */
    readonly before: Report | null
  },
): Page {
  const report: Report = {
    schema: 1,
    hub: hub.id,
    task: 'content-optimization',
    run,
    scheduledFor: scheduledFor?.toISOString() ?? null,
    startedAt: at.toISOString(),
    finishedAt: now().toISOString(),
    status: worstOf(told.findings),
    findings: [...told.findings],
    figures: [...told.figures],
    artifacts: [],
    error: null,
  }
  return pageOfReport(report, [
    ...document.tables.map(tableSection),
    ...sinceSection(told.before, told.findings),
    ...searchSection(document),
    ...fileSection(document),
  ])
}

function tableSection({ figures, problem, table }: ContentDocument['tables'][number]): Section {
  const heading = `Content of ${table}`
  if (figures === null) {
    return { heading, blocks: [{ kind: 'paragraph', text: `It could not be looked at: ${problem ?? ''}` }] }
  }
  if (figures.rows === 0) return { heading, blocks: [{ kind: 'paragraph', text: 'It has no row.' }] }
  const { empty, exact, normalised, otherTypes, rows, types } = figures
  const none = empty.null.rows + empty.empty.rows + empty.whitespace.rows
  const listed = types.slice(0, shown)
  const left = types.slice(shown).reduce((sum, { rows: own }) => sum + own, otherTypes)
  const blocks: Block[] = [
    {
      kind: 'figures',
      figures: [
        { name: 'rows', value: rows.toLocaleString('en') },
        {
          name: 'empty',
          value: none.toLocaleString('en'),
          note: `${empty.null.rows} NULL, ${empty.empty.rows} without a character, ${empty.whitespace.rows} white space`,
        },
        {
          name: 'surplus duplicates',
          value: exact.surplusRows.toLocaleString('en'),
          note: `${countOf(exact.groups, 'group')}; ${countOf(normalised.surplusRows, 'text')} more but for space and capitals`,
        },
      ],
    },
    // One bar compares nothing.
    ...(listed.length < 2 ? [] : [typeChart(table, listed)]),
    {
      kind: 'table',
      caption:
        left === 0
          ? 'By type'
          : `By type, the ${listed.length} largest; ${countOf(left, 'row is', 'rows are')} of others`,
      header: ['type', 'rows', 'share', 'empty', 'average characters', 'average size'],
      rows: listed.map(({ averageBytes, averageCharacters, empty: hollow, rows: own, type }) => [
        typeName(type),
        own.toLocaleString('en'),
        percent(own, rows),
        hollow.toLocaleString('en'),
        averageCharacters === null ? '–' : Math.round(averageCharacters).toLocaleString('en'),
        averageBytes === null ? '–' : formatBytes(Math.round(averageBytes)),
      ]),
      right: [1, 2, 3, 4, 5],
    },
    ...duplicateBlocks('Rows that are equal byte for byte', 'rows', exact),
    ...duplicateBlocks('Texts that are equal but for space and capitals', 'texts', normalised),
  ]
  return { heading, blocks }
}

const typeChart = (
  table: string,
  types: NonNullable<ContentDocument['tables'][number]['figures']>['types'],
): Block => ({
  kind: 'chart',
  chart: {
    kind: 'bars',
    title: `Rows of ${table} by type`,
    unit: 'rows',
    bars: types.map(({ rows: value, type }) => ({ name: typeName(type), value })),
  },
})

function duplicateBlocks(
  caption: string,
  members: string,
  { groups, listed }: NonNullable<ContentDocument['tables'][number]['figures']>['exact'],
): Block[] {
  if (groups === 0) return []
  return [
    {
      kind: 'details',
      summary: `${caption}: ${listed.length < groups ? `the ${listed.length} largest of ` : ''}${countOf(groups, 'group')}`,
      blocks: [
        {
          kind: 'table',
          caption,
          header: [members, 'size', 'which'],
          rows: listed.map(({ bytes, examples, rows }) => [
            rows.toLocaleString('en'),
            formatBytes(bytes),
            [
              ...examples.map(({ id, title }) => (title === null ? id : `${id} (${title})`)),
              ...(rows > examples.length ? [`${countOf(rows - examples.length, 'more', 'more')}`] : []),
            ].join(', '),
          ]),
          right: [0, 1],
        },
      ],
    },
  ]
}

function searchSection({ rebuilt, searchTables }: ContentDocument): Section[] {
  if (searchTables.length === 0) return []
  const change = (was: number | null, is: number | null, words: (value: number) => string): string =>
    was === null || is === null ? '–' : `${words(was)} → ${words(is)}`
  return [
    {
      heading: 'Full-text indexes',
      blocks: [
        {
          kind: 'table',
          caption: 'How they were found, and what it brought to make them anew',
          header: ['index', 'made from', 'rows', 'missing', 'extra', 'different', 'size', 'search'],
          rows: searchTables.map(({ differences, index, problem, source }) => {
            const anew = rebuilt.find((each) => each.index === index)
            return [
              index,
              source ?? problem ?? '–',
              differences?.indexRows.toLocaleString('en') ?? '–',
              differences?.missing.rows.toLocaleString('en') ?? '–',
              differences?.extra.rows.toLocaleString('en') ?? '–',
              differences?.different.rows.toLocaleString('en') ?? '–',
              anew === undefined ? 'not made anew' : change(anew.bytesBefore, anew.bytesAfter, formatBytes),
              anew === undefined
                ? '–'
                : change(anew.searchBefore, anew.searchAfter, (value) => formatDuration(seconds(value))),
            ]
          }),
          right: [2, 3, 4, 5],
        },
      ],
    },
  ]
}

function fileSection({ files }: ContentDocument): Section[] {
  if (files.length === 0) return []
  // Those of which something is known come first.
  const known = files.filter(({ entries }) => entries !== null)
  const listed = [...known, ...files.filter(({ entries }) => entries === null)].slice(0, mostFiles)
  const left = files.length - listed.length
  return [
    {
      heading: 'Search indexes in files',
      blocks: [
        {
          kind: 'table',
          caption: `As they were found${left > 0 ? `; ${countOf(left, 'more', 'more')} in content.json` : ''}`,
          header: ['file', 'understood as', 'entries', 'missing', 'extra', 'stale', 'note'],
          rows: listed.map(({ entries, key, layout, problem, refused, ...file }) => [
            key,
            layout.replace('-', ' '),
            entries?.toLocaleString('en') ?? '–',
            ...(['missing', 'extra', 'stale'] as const).map((kind) =>
              entries === null ? '–' : file[kind].toLocaleString('en'),
            ),
            problem ??
              refused ??
              (file.uncompared > 0 ? `${countOf(file.uncompared, 'row')} not compared` : ''),
          ]),
          right: [2, 3, 4, 5],
        },
      ],
    },
  ]
}
