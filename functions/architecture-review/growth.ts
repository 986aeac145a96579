import {
  type FigureSeries,
  type GrowthFact,
  type History,
  presenceOf,
  seriesOf,
  trendOf,
  type Vanished,
} from '@hubkeeper/review'

/** How tables and files grow. */
export interface Growth {
  /** Largest first. */
  readonly facts: readonly GrowthFact[]
  /** The size of the database over time; null where nobody measured it. */
  readonly database: FigureSeries | null
  /** Tables that are measured no more. */
  readonly vanished: readonly Vanished[]
}

/** Figures of files, with what they are of. */
const files = [
  ['search-index.size', 'files of the search index'],
  ['backups.size', 'all backups'],
  ['logs.size', 'logs'],
] as const

/** Growth of the file, of every table with its indexes, and of the files beside it. */
export function growthOfHub(history: History, databaseKey: string, at: Date): Growth {
  const database = seriesOf(history, ['database.size']).find(({ subject }) => subject === databaseKey) ?? null
  const { present, vanished } = presenceOf(
    history,
    { name: 'table.size', task: 'database-maintenance' },
    withIndexes(history),
  )
  const rows = seriesOf(history, ['table.rows'])
  const tables = present.flatMap((series) =>
    factOf(series, 'table', series.subject ?? '', at, newestValue(rows, series.subject)),
  )
  const others = files.flatMap(([name, of]) =>
    seriesOf(history, [name])
      .filter(({ subject }) => subject === null)
      .flatMap((series) => factOf(series, 'file', of, at, null)),
  )
  const whole = database === null ? [] : factOf(database, 'file', databaseKey, at, null)
  return {
    facts: [...whole, ...[...others, ...tables].toSorted((a, b) => b.bytes - a.bytes)],
    database,
    vanished,
  }
}

/** Sizes of tables with those of their indexes, which one run measured. */
function withIndexes(history: History): FigureSeries[] {
  const ofIndexes = new Map(
    seriesOf(history, ['table.index-size']).map((each) => [each.subject, each.points]),
  )
  return seriesOf(history, ['table.size']).map((series) => {
    const bytesAt = new Map(ofIndexes.get(series.subject)?.map(({ at, value }) => [at.getTime(), value]))
    const points = series.points.map(({ at, value }) => ({
      at,
      value: value + (bytesAt.get(at.getTime()) ?? 0),
    }))
    return { ...series, points }
  })
}

const newestValue = (series: readonly FigureSeries[], subject: string | null): number | null =>
  series.find((each) => each.subject === subject)?.points.at(-1)?.value ?? null

function factOf(
  { points }: FigureSeries,
  kind: GrowthFact['kind'],
  of: string,
  at: Date,
  rows: number | null,
): GrowthFact[] {
  const newest = points.findLast((point) => point.at <= at)
  return newest === undefined ? [] : [{ of, kind, bytes: newest.value, rows, trend: trendOf(points, at) }]
}
