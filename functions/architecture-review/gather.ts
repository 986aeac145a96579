import { days, type ExpectedTask, type Finding, finding, thresholdsOf } from '@hubkeeper/core'
import {
  type Availability,
  automationOpportunities,
  availabilityOf,
  budgetFinding,
  changeOf,
  costOf,
  effectivenessOf,
  type FigureSeries,
  type History,
  newestOf,
  probeUse,
  type ReviewFacts,
  readAvailability,
  readHistory,
  seriesOf,
} from '@hubkeeper/review'
import { month, quarter, type ReviewContext } from './context.ts'
import { endOfLifeOf, figureOf, isApiLookedAt, recoveryOf, securityOf } from './facts.ts'
import { type Growth, growthOfHub } from './growth.ts'
import { capacitiesOf } from './limits.ts'

/** Everything that a review looks at. */
export interface Gathered {
  /** Of a quarter. */
  readonly history: History
  /** Every task but the one that reviews. */
  readonly others: readonly ExpectedTask[]
  readonly growth: Growth
  readonly facts: ReviewFacts
  /** How available the API was in the last month; the facts have the quarter. */
  readonly lastMonth: Availability
  /** Figures that tell how fast it is. */
  readonly speeds: readonly FigureSeries[]
}

/** Figures that tell how fast the hub is, measured every week and every month in the same way. */
const speedFigures = ['api.p95', 'api.p50', 'database.query-time'] as const

/** Reads what the runs of the last quarter left, and makes facts of it. Of `own`, this run is one that is not over. */
export async function gather(context: ReviewContext, own: string): Promise<Gathered> {
  const { at, host, hub, ledger, metrics, progress, reports } = context
  const time = { from: new Date(at.getTime() - days(quarter)), to: at }
  progress.step('Reading the reports of the last quarter')
  const history = await readHistory(
    reports,
    ledger.tasks.map(({ name }) => name),
    { ...time, hub: hub.id },
  )
  const others = ledger.tasks.filter(({ name }) => name !== own)
  progress.step('Reading how available the API was')
  const looks = await readAvailability(metrics, hub.id, time)
  const target = hub.analysis.availabilityPercent
  const monthAgo = { from: new Date(at.getTime() - days(month)), to: at }
  const growth = growthOfHub(history, hub.database.path, at)
  const speeds = seriesOf(history, speedFigures)
  const disks = host.elsewhere === null ? await host.disks() : null
  const databaseBytes = growth.database?.points.at(-1)?.value ?? null
  const hasApi = isApiLookedAt(context, history)
  const answers = seriesOf(history, ['api.p50']).flatMap(({ points }) => points.slice(-1))
  return {
    history,
    others,
    growth,
    speeds,
    lastMonth: availabilityOf(looks, monthAgo, target),
    facts: {
      at,
      capacities: capacitiesOf(context, { history, database: growth.database, disks }),
      growth: growth.facts,
      databaseBytes,
      reclaimableBytes: newestOf(history, 'database.reclaimable')?.value ?? null,
      changes: speeds.map((series) => changeOf(series, at)),
      slowerPercent: thresholdsOf('performance.trend', hub.thresholds).warning,
      availability: availabilityOf(looks, time, target),
      targetPercent: target,
      hasApi,
      security: securityOf(history),
      effects: effectivenessOf(history, others, await ledger.punctuality(at), hub.timeZone),
      byHand: automationOpportunities(history, others, await ledger.signatures()),
      endOfLife: endOfLifeOf(history),
      majors: figureOf(history, 'major-updates', 'dependencies.majors'),
      vulnerable: figureOf(history, 'dependency-update', 'dependencies.vulnerable'),
      recovery: recoveryOf(context, history),
      cost: costOf(history, {
        prices: hub.analysis.prices,
        tasks: ledger.tasks,
        stored: storedIn(history, databaseBytes),
        hasApi,
        probe: probeUse(
          ledger.tasks,
          answers.length === 0 ? null : Math.max(...answers.map(({ value }) => value)),
        ),
      }),
    },
  }
}

/** What is stored of a hub; not every hub has logs and a search index. */
function storedIn(history: History, databaseBytes: number | null): { of: string; bytes: number | null }[] {
  const sizeOf = (name: string): number | null => newestTotal(history, name)
  const others = [
    { of: 'logs', bytes: sizeOf('logs.size') },
    { of: 'search index', bytes: sizeOf('search-index.size') },
  ]
  return [
    { of: 'database', bytes: databaseBytes },
    { of: 'backups', bytes: sizeOf('backups.size') },
    ...others.filter(({ bytes }) => bytes !== null),
  ]
}

/** What the newest run measured that told a size as a whole; else in parts, of the newest that told these. */
function newestTotal(history: History, name: string): number | null {
  const series = seriesOf(history, [name])
  const whole = series.find(({ subject }) => subject === null)?.points.at(-1)
  if (whole !== undefined) return whole.value
  const newest = newestOf(history, name)
  if (newest === null) return null
  return series
    .flatMap(({ points }) => points.slice(-1))
    .reduce((sum, { at, value }) => (at.getTime() === newest.at.getTime() ? sum + value : sum), 0)
}

/** Whether the error budget of a time is kept; skipped for a hub without an API. */
export function budgetOf(
  { hub }: ReviewContext,
  { facts }: Gathered,
  availability: Availability,
  subject: string,
): Finding {
  if (!facts.hasApi && availability.known === 0) {
    return finding('availability.budget', 'skipped', { subject, actual: 'no api is configured' })
  }
  const limits = thresholdsOf('availability.budget', hub.thresholds)
  return budgetFinding(availability, { limits, subject, targetPercent: facts.targetPercent })
}
