import { allReports, type FigureSeries, type History } from './history.ts'

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
 * Tells subjects of one figure that are there from those that vanished: the newest run that measured the figure at
 * all measured others, not them.
 */
export function presenceOf(history: History, name: string, series: readonly FigureSeries[]): Presence {
  const newest = allReports(history).findLast(({ figures }) => figures.some((each) => each.name === name))
  const measured = new Set(newest?.figures.filter((each) => each.name === name).map(({ subject }) => subject))
  const isPresent = ({ subject }: FigureSeries): boolean => measured.has(subject)
  return {
    present: series.filter(isPresent),
    vanished: series
      .filter((each) => !isPresent(each))
      .flatMap((each) => each.points.slice(-1).map(({ at }) => ({ series: each, last: at }))),
  }
}
