import type { Figure } from '@hubkeeper/core'
import type { FigureSeries, History } from './history.ts'

/** A subject that is measured no more, such as a table that was dropped. */
export interface Vanished {
  readonly series: FigureSeries
  /** When it was measured last. */
  readonly last: Date
}

/** What is there still, and what vanished. */
export interface Presence {
  readonly present: readonly FigureSeries[]
  readonly vanished: readonly Vanished[]
}

/**
 * Tells subjects of one figure that are there from those that vanished: the newest run of a task that measures all
 * of them measured others, not them. Where it left no run that did, all are taken to be there.
 *
 * @param task the one that measures all: others may leave out the smallest
 */
export function presenceOf(
  { reports }: History,
  { name, task }: { readonly name: string; readonly task: string },
  series: readonly FigureSeries[],
): Presence {
  const measuring = (each: Figure): boolean => each.name === name
  const newest = reports.get(task)?.findLast(({ figures }) => figures.some(measuring))
  if (newest === undefined) return { present: series, vanished: [] }
  const measured = new Set(newest.figures.filter(measuring).map(({ subject }) => subject))
  const end = Date.parse(newest.finishedAt)
  // What was measured since then is new.
  const isPresent = ({ points, subject }: FigureSeries): boolean =>
    measured.has(subject) || points.some(({ at }) => at.getTime() > end)
  return {
    present: series.filter(isPresent),
    vanished: series
      .filter((each) => !isPresent(each))
      .flatMap((each) => each.points.slice(-1).map(({ at }) => ({ series: each, last: at }))),
  }
}
