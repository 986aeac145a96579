import { days, formatDuration, hours } from '../units.ts'
import type { ContentState, HistoryPoint, TableState } from './history.ts'

/** A table whose newest timestamp is older than it was. */
export interface GoneBack {
  readonly table: string
  readonly from: Date
  readonly now: Date
  /** Whether it is further than it ever went ahead between two backups. */
  readonly far: boolean
  /** Rows after whose deletion it would be so; null where that does not explain it. */
  readonly deleted: number | null
  readonly evidence: string
}

/** Tables with timestamps that tell something, and which of them went back. */
export interface Timestamps {
  readonly counted: number
  readonly back: readonly GoneBack[]
}

/** A clock may be ahead by that much; what is later was never now, ms. */
const ahead = days(1)
/** Where too little is known of how a table goes ahead, ms. */
const step = days(1)
/** Advances from which a step is learned. */
const stepsNeeded = 3
/** However often backups are made, so much is no sign of anything, ms. */
const leastStep = hours(1)
/** So many times it has to go back by itself, until that is known to be its way. */
const timesNeeded = 2

interface Series {
  readonly times: readonly number[]
  readonly last: { readonly at: number; readonly rows: number; readonly point: HistoryPoint }
}

/** Looks whether tables without more rows than before went back in time; `skip` says which tell nothing. */
export function timestampsOf(
  history: readonly HistoryPoint[],
  now: ContentState,
  skip: (table: string) => boolean,
): Timestamps {
  const back: GoneBack[] = []
  let counted = 0
  for (const [table, state] of now.tables) {
    const series = skip(table) || state.newest === null ? null : seriesOf(history, table)
    if (series === null || state.newest === null || returnsByItself(series.times)) continue
    counted += 1
    const { at, point, rows } = series.last
    const distance = at - state.newest.getTime()
    const { largest, usual } = stepsOf(series.times)
    if (state.rows > rows || distance <= usual) continue
    back.push({
      table,
      from: new Date(at),
      now: state.newest,
      far: distance > largest,
      deleted: deletedRows(history, table, { rows, now: state }),
      evidence: `${table}: its newest timestamp was ${new Date(at).toISOString()} in ${point.backup}, it is ${state.newest.toISOString()} now, ${formatDuration(distance)} before`,
    })
  }
  return { counted, back }
}

/** How many of its newest rows would have to be deleted; null where it was newer with no more rows. */
function deletedRows(
  history: readonly HistoryPoint[],
  table: string,
  { now, rows }: { readonly rows: number; readonly now: TableState },
): number | null {
  if (now.rows >= rows || now.newest === null) return null
  const then = history.findLast(
    ({ tables }) => (tables.get(table)?.rows ?? Number.POSITIVE_INFINITY) <= now.rows,
  )
  const newest = then?.tables.get(table)?.newest ?? null
  return newest !== null && newest > now.newest ? null : rows - now.rows
}

/** The newest timestamps of a table, oldest backup first; null where the newest backup has none. */
function seriesOf(history: readonly HistoryPoint[], table: string): Series | null {
  const newest = history.at(-1)
  const state = newest?.tables.get(table)
  if (newest === undefined || state === undefined) return null
  const times = history.flatMap(({ tables, takenAt }) => {
    const at = tables.get(table)?.newest?.getTime()
    return at === undefined || at > takenAt.getTime() + ahead ? [] : [at]
  })
  const at = state.newest?.getTime()
  if (at === undefined || at > newest.takenAt.getTime() + ahead) return null
  return { times, last: { at, rows: state.rows, point: newest } }
}

const advances = (times: readonly number[]): number[] =>
  times.slice(1).map((time, i) => time - (times[i] ?? time))

const returnsByItself = (times: readonly number[]): boolean =>
  advances(times).filter((advance) => advance < -step).length >= timesNeeded

/** How far a table goes ahead from backup to backup. */
function stepsOf(times: readonly number[]): { usual: number; largest: number } {
  const steps = advances(times)
    .filter((advance) => advance > 0)
    .toSorted((a, b) => a - b)
  if (steps.length < stepsNeeded) return { usual: step, largest: step }
  const usual = steps[Math.floor((steps.length - 1) * 0.9)] ?? step
  return { usual: Math.max(leastStep, usual), largest: Math.max(leastStep, steps.at(-1) ?? step) }
}
