import type { Block, Point } from './page.ts'

/** Readings of one endpoint. */
export interface Timed {
  readonly subject: string | null
  /** Seconds. */
  readonly points: readonly Point[]
}

/** So many endpoints have a picture of their own, with every percentile. */
const mostEndpoints = 3
/** Lines of one picture. */
const mostLines = 6

/** Response times over time: of a few endpoints each with its percentiles, of many the slowest together. */
export function responseTimeCharts({
  p50,
  p95,
}: {
  readonly p50: readonly Timed[]
  readonly p95: readonly Timed[]
}): Block[] {
  const timed = p95.filter(({ points }) => points.length > 1)
  if (timed.length === 0) return []
  if (timed.length > mostEndpoints) return [slowestChart('Response times of the API, p95', timed)]
  return timed.map(({ points, subject }): Block => {
    const medians = p50.find((each) => each.subject === subject)?.points ?? []
    const series = [
      ...(medians.length > 1 ? [{ name: 'p50', points: medians }] : []),
      { name: 'p95', points },
    ]
    const title = `Response time of ${subject ?? 'the API'}`
    return { kind: 'chart', chart: { kind: 'line', title, unit: 'seconds', series } }
  })
}

/** The slowest of many in one picture, by their newest readings; that there are more is in its title. */
export function slowestChart(title: string, timed: readonly Timed[]): Block {
  const newest = ({ points }: Timed): number => points.at(-1)?.value ?? 0
  const series = timed
    .toSorted((a, b) => newest(b) - newest(a))
    .slice(0, mostLines)
    .map(({ points, subject }) => ({ name: subject ?? title, points }))
  const most = timed.length > mostLines ? `: the ${mostLines} slowest of ${timed.length}` : ''
  return { kind: 'chart', chart: { kind: 'line', title: `${title}${most}`, unit: 'seconds', series } }
}
