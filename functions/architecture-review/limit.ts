import type { DiskUsage } from '@hubkeeper/core'
import { type CapacityLimit, type FigureSeries, type History, type Point, trendOf } from '@hubkeeper/review'
import type { ReviewContext } from './context.ts'

/** What limits are told from. */
export interface Measured {
  readonly history: History
  /** The size of the database over time. */
  readonly database: FigureSeries | null
  /** Disks of this machine; null where the hub’s is another one. */
  readonly disks: readonly DiskUsage[] | null
}

/** Of disks. */
export const space = {
  effort: 'hours, for more space; days, to move or split what grows',
  ifReached: 'the hub, its backups or its maintenance stop for want of space',
} as const
/** Of runs that are ended. */
export const time = {
  effort: 'days: less data, less to check at once, or a larger machine',
  ifReached: 'runs are ended before they are done',
} as const
/** Of engines that hold a file in memory. */
export const memory = {
  effort: 'an hour, where the memory is there: database.crossCheckMaxBytes',
  ifReached: 'proofs are made by one engine alone',
} as const
/** Of a recovery. */
export const recovery = {
  effort: 'days: backups nearer to the hub, or a larger machine to recover on',
  ifReached: 'after a loss the hub is away for longer than was promised',
} as const

/** Why limits on its size say nothing. */
export const unmeasured = 'nobody measured the size of the database'

/** A limit on the size of the database. */
export function onSize(
  { at }: ReviewContext,
  { database }: Measured,
  limit: Pick<CapacityLimit, 'because' | 'effort' | 'ifReached' | 'limit' | 'name'>,
): CapacityLimit {
  const now = database?.points.findLast((point) => point.at <= at)?.value ?? null
  const trend = database === null ? unmeasured : trendOf(database.points, at)
  return {
    unit: 'bytes',
    ofDatabase: true,
    now,
    trend,
    ...limit,
    because: now === null ? unmeasured : limit.because,
  }
}

/** Whether runs are made by functions: then the hub’s data lies in buckets. */
export const isDeployed = ({ ledger }: ReviewContext): boolean =>
  ledger.tasks.some(({ limits }) => limits !== undefined)

/** Runs whose longest one counts: older ones were of another size. */
export const recent = 10

/** The greatest of the last {@link recent} readings; null where there is none. */
export const longestOf = (points: readonly Point[]): number | null =>
  points.length === 0 ? null : Math.max(...points.slice(-recent).map(({ value }) => value))
