import { formatDuration, mebibytes, thresholdsOf } from '@hubkeeper/core'
import { type CapacityLimit, seriesOf, trendOf } from '@hubkeeper/review'
import type { ReviewContext } from './context.ts'
import { longestOf, type Measured, memory, onSize, recent, recovery, time, unmeasured } from './limit.ts'

/** Of smaller databases, what takes time is mostly not their size, bytes. */
const tellingSize = mebibytes(16)

/** A proof, which is ended where it takes longer than configured. */
export function proofTime({ at, hub }: ReviewContext, { history }: Measured): CapacityLimit[] {
  const series = seriesOf(history, ['backup.proof-duration']).filter(
    ({ subject }) => subject === hub.database.path,
  )
  const points = series.flatMap(({ points: all }) => all)
  const longest = longestOf(points)
  if (longest === null) return []
  const limit = hub.database.checkTimeoutMinutes * 60
  return [
    {
      name: 'time of a proof',
      unit: 'seconds',
      now: longest,
      limit,
      ...time,
      because: `the longest of the last ${recent}; one check of it is ended after ${formatDuration(limit * 1000)} (database.checkTimeoutMinutes)`,
      trend: trendOf(points, at),
    },
  ]
}

/** The second engine holds the whole file in memory; one that is larger by now is proven by one engine, as meant. */
export function memoryLimit(context: ReviewContext, measured: Measured): CapacityLimit[] {
  const { hub } = context
  const limit = hub.database.crossCheckMaxBytes
  const now = measured.database?.points.at(-1)?.value ?? null
  if (now === null || now >= limit) return []
  return [
    onSize(context, measured, {
      name: 'memory of a cross-check',
      limit,
      ...memory,
      because:
        'the second engine holds the whole file in memory; larger ones are proven by one engine alone (database.crossCheckMaxBytes)',
    }),
  ]
}

/** Reading back and proving take longer with each byte; files and start-up are taken to stay as they are. */
export function recoveryTime(context: ReviewContext, measured: Measured): CapacityLimit[] {
  const { hub } = context
  const name = 'recovery time'
  const target = thresholdsOf('drill.rto', hub.thresholds).warning
  const drill = measured.history.reports
    .get('disaster-recovery-test')
    ?.findLast(({ figures }) => figures.some((each) => each.name === 'drill.rto'))
  const total = drill?.figures.find((each) => each.name === 'drill.rto')?.value
  const bytes = measured.database?.points.at(-1)?.value ?? null
  if (drill === undefined || total === undefined || bytes === null) {
    const because =
      total === undefined
        ? 'no recovery was timed in this quarter: hubkeeper run disaster-recovery-test'
        : unmeasured
    const now = total ?? null
    return [
      {
        name,
        unit: 'seconds',
        now,
        limit: now === null ? null : target,
        because,
        ...recovery,
        trend: because,
      },
    ]
  }
  const growing = drill.figures
    .filter((each) => each.name === 'recovery.stage' && isGrowing(each.subject))
    .reduce((sum, { value }) => sum + value, 0)
  const room = target - (total - growing)
  const because = `a recovery took ${formatDuration(total * 1000)}, ${formatDuration(growing * 1000)} of it the longer the larger the database is; ${formatDuration(target * 1000)} is the target`
  // What takes time is not its size: as many bytes as the time would allow say nothing.
  if (bytes < tellingSize || growing <= 0) {
    return [
      {
        name,
        unit: 'seconds',
        now: total,
        limit: target,
        because,
        ...recovery,
        trend: 'told from a database of 16 MiB on',
      },
    ]
  }
  return [
    onSize(context, measured, { ...recovery, name, limit: (bytes / growing) * Math.max(0, room), because }),
  ]
}

const isGrowing = (stage: string | null): boolean => stage === 'read back' || stage === 'prove'
