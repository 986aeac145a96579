import { days, type Figure, type Finding } from '@hubkeeper/core'
import { evidenceFindings, type Point, readHistory, seriesOf } from '@hubkeeper/review'
import type { AnalysisContext } from './context.ts'

/** The tasks that measure such figures, all of them in the same way. */
const sources = ['performance-review', 'performance-analysis'] as const

/** What is compared, or drawn over time. */
const compared = ['api.p95', 'api.p50', 'database.query-time', 'database.size'] as const

/** How far back charts reach, days: a year and the month before. */
const reach = 400

/** What earlier runs measured. */
export interface Earlier {
  /** Every reading of a figure, oldest first; that of this run is the last. */
  readings(figure: Pick<Figure, 'name' | 'subject'>): readonly Point[]
  /** The figures of the last analysis that measured the tables; none when there was none. */
  readonly analysisBefore: readonly Figure[]
  /** What could not be read of it. */
  readonly findings: readonly Finding[]
}

/** Whether a figure is of a table: one that could not read the database has none. */
const isTable = ({ name }: Figure): boolean => name === 'table.size'

/** Reads the reports of reviews and analyses; `now` are the figures of this run. */
export async function readEarlier(
  { at, hub, reports }: Pick<AnalysisContext, 'at' | 'reports'> & { readonly hub: { readonly id: string } },
  now: readonly Figure[],
): Promise<Earlier> {
  const from = new Date(at.getTime() - days(reach))
  const history = await readHistory(reports, sources, { from, to: at, hub: hub.id })
  const series = seriesOf(history, compared)
  const analyses = history.reports.get('performance-analysis') ?? []
  return {
    findings: evidenceFindings(history),
    analysisBefore: analyses.findLast(({ figures }) => figures.some(isTable))?.figures ?? [],
    readings({ name, subject }) {
      const isWanted = (each: Pick<Figure, 'name' | 'subject'>): boolean =>
        each.name === name && each.subject === subject
      const before = series.find(isWanted)?.points ?? []
      const newest = now.find(isWanted)
      return newest === undefined ? before : [...before, { at, value: newest.value }]
    },
  }
}
