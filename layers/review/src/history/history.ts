import {
  countOf,
  type Figure,
  type Finding,
  finding,
  onOneLine,
  type Report,
  type ReportArchive,
  type Unit,
} from '@hubkeeper/core'
import type { Point } from '../page/page.ts'

/** What runs of a time left, by task. */
export interface History {
  readonly from: Date
  readonly to: Date
  /** Of each task that was asked for, oldest first. */
  readonly reports: ReadonlyMap<string, readonly Report[]>
  /** Keys that are no reports that this version understands. */
  readonly unreadable: ReadonlyMap<string, readonly string[]>
  /** How many older reports of a task were left out: there were too many. */
  readonly leftOut: ReadonlyMap<string, number>
  /** How many reports name another hub, by its id: they came with a copied folder, or this one was renamed. */
  readonly foreign: ReadonlyMap<string, number>
}

/**
 * Reads what runs of these tasks left between two moments. Only reports of the hub of that id count; the others are
 * told of as foreign.
 */
export async function readHistory(
  archive: Pick<ReportArchive, 'between'>,
  tasks: readonly string[],
  { from, hub, to }: { readonly from: Date; readonly to: Date; readonly hub: string },
): Promise<History> {
  const reports = new Map<string, readonly Report[]>()
  const unreadable = new Map<string, readonly string[]>()
  const leftOut = new Map<string, number>()
  const foreign = new Map<string, number>()
  const isOwn = (report: Report): boolean => report.hub === hub
  for (const task of tasks) {
    const found = await archive.between(task, from, to)
    reports.set(task, found.reports.filter(isOwn))
    for (const report of found.reports) {
      if (!isOwn(report)) foreign.set(report.hub, (foreign.get(report.hub) ?? 0) + 1)
    }
    if (found.unreadable.length > 0) unreadable.set(task, found.unreadable)
    if (found.leftOut > 0) leftOut.set(task, found.leftOut)
  }
  return { from, to, reports, unreadable, leftOut, foreign }
}

/** The part of a history from a later moment on. */
export const since = (history: History, from: Date): History => ({
  ...history,
  from,
  reports: new Map(
    [...history.reports].map(([task, all]) => [
      task,
      all.filter(({ startedAt }) => new Date(startedAt) >= from),
    ]),
  ),
})

/** Every report, whatever its task, oldest first. */
export const allReports = ({ reports }: History): Report[] =>
  [...reports.values()].flat().toSorted((a, b) => (a.run < b.run ? -1 : 1))

/** The readings of one figure of one subject. */
export interface FigureSeries {
  readonly name: string
  readonly subject: string | null
  readonly unit: Unit
  /** Oldest first. */
  readonly points: readonly Point[]
}

const keyOf = ({ name, subject }: Pick<Figure, 'name' | 'subject'>): string => JSON.stringify([name, subject])

/** Every figure of these names, of whatever task, by subject; in the order in which they were first measured. */
export function seriesOf(history: History, names: readonly string[]): FigureSeries[] {
  const found = new Map<string, { of: Omit<FigureSeries, 'points'>; points: Point[] }>()
  for (const { figures, finishedAt } of allReports(history)) {
    const at = new Date(finishedAt)
    for (const figure of figures) {
      if (!names.includes(figure.name)) continue
      const key = keyOf(figure)
      const { name, subject, unit, value } = figure
      const series = found.get(key) ?? { of: { name, subject, unit }, points: [] }
      series.points.push({ at, value })
      found.set(key, series)
    }
  }
  // Of two runs at once, the one that began later may have ended first.
  const byTime = (a: Point, b: Point): number => a.at.getTime() - b.at.getTime()
  return [...found.values()].map(({ of, points }) => ({ ...of, points: points.toSorted(byTime) }))
}

/** How long runs of a task took that did their job, seconds; a point at the beginning of each. */
export const durationsOf = ({ reports }: History, task: string): Point[] =>
  (reports.get(task) ?? [])
    .filter(({ status }) => status !== 'failed')
    .map(({ finishedAt, startedAt }) => ({
      at: new Date(startedAt),
      // A clock that was set back in the midst of it does not make it shorter than nothing.
      value: Math.max(0, (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000),
    }))

/** The newest reading of a figure, whatever its subject; null where there is none. */
export function newestOf(history: History, name: string): (Point & Pick<FigureSeries, 'subject'>) | null {
  const newest = seriesOf(history, [name]).flatMap(({ points, subject }) =>
    points.slice(-1).map((point) => ({ ...point, subject })),
  )
  return newest.toSorted((a, b) => b.at.getTime() - a.at.getTime())[0] ?? null
}

/** How many keys are named. */
const named = 5

/** Whether all that was left could be read: one finding a task, or another hub, that is wanting. */
export function evidenceFindings({ foreign, leftOut, unreadable }: History): Finding[] {
  return [
    ...[...foreign].map(([hub, count]) =>
      finding('review.evidence', 'unknown', {
        subject: onOneLine(hub),
        actual: `${countOf(count, 'report is', 'reports are')} of that hub, and left out`,
        advice: 'name this hub as it was named before; what came with a copied folder tells nothing of it',
      }),
    ),
    ...[...unreadable].map(([task, keys]) =>
      finding('review.evidence', 'unknown', {
        subject: task,
        actual: `${countOf(keys.length, 'report')} cannot be read`,
        advice: 'see what wrote them: an older version, or something else',
        evidence: [
          ...keys.slice(0, named),
          ...(keys.length > named ? [`and ${keys.length - named} more`] : []),
        ],
      }),
    ),
    ...[...leftOut].map(([task, count]) =>
      finding('review.evidence', 'ok', {
        subject: task,
        actual: `${countOf(count, 'older report was', 'older reports were')} left out: there are very many`,
      }),
    ),
  ]
}
