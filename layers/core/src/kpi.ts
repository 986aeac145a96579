import { type CheckId, checkOf } from './checks.ts'
import { judge, type ThresholdOverrides, thresholdsOf } from './finding.ts'
import type { Datapoint, Unit } from './ports/metrics.ts'
import type { FindingStatus } from './status.ts'
import { hours } from './units.ts'

/** Checks that are KPIs as well: named figures with a target and a threshold to alert at. */
const kpiChecks = [
  'api.available',
  'api.response-time',
  'database.query-time',
  'disk.usage',
  'memory.usage',
  'logs.errors',
  'logs.critical',
] as const satisfies readonly CheckId[]

/** Names of the figures that {@link readKpis} reads. */
export const kpiNames: readonly string[] = kpiChecks

/** Where one KPI stands. */
export interface KpiReading {
  /** Name of the figure and id of its check. */
  readonly name: CheckId
  readonly title: string
  readonly status: FindingStatus
  /** Of its subjects the worst one, as it was read last. */
  readonly value: number
  readonly unit: Unit
  readonly subject: string | null
  /** The value that should not be passed; null where it is not a matter of a limit. */
  readonly target: number | null
  /** The value at which people are called. */
  readonly alert: number | null
  readonly at: Date
}

/** A subject that was not read for so long while others of its name were is there no more, ms. */
const together = hours(26)

/** Every KPI of which there is a reading among `newest`, the last datapoint of each name and subject. */
export function readKpis(newest: readonly Datapoint[], overrides: ThresholdOverrides): KpiReading[] {
  return kpiChecks.flatMap((name) => {
    const points = newest.filter((point) => point.name === name)
    const last = Math.max(...points.map(({ at }) => at.getTime()))
    const readings = points
      .filter(({ at }) => last - at.getTime() < together)
      .map((point) => readingOf(name, point, overrides))
    const worst = readings.toSorted((a, b) => badness(b) - badness(a))[0]
    return worst === undefined ? [] : [worst]
  })
}

function readingOf(name: CheckId, point: Datapoint, overrides: ThresholdOverrides): KpiReading {
  const { title } = checkOf(name)
  const { at, subject, unit, value } = point
  const common = { name, title, value, unit, subject, at }
  if (name === 'api.available') {
    return { ...common, status: value === 1 ? 'ok' : 'critical', target: 1, alert: null }
  }
  const { critical, warning } = thresholdsOf(name, overrides)
  return { ...common, status: judge(value, { warning, critical }), target: warning, alert: critical }
}

/** The greater the worse, among readings of one KPI. */
const badness = ({ name, value }: KpiReading): number => (name === 'api.available' ? -value : value)
