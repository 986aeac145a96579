import { formatBytes, formatDuration, mebibytes } from '@hubkeeper/core'
import { type CapacityLimit, durationsOf, type History, seriesOf, trendOf } from '@hubkeeper/review'
import type { ReviewContext } from './context.ts'
import { isDeployed, longestOf, type Measured, onSize, recent, space, time } from './limit.ts'

/** Scratch disk, time and memory of functions; those of this machine are the disk, and no run is ended. */
export function functionLimits(context: ReviewContext, measured: Measured): CapacityLimit[] {
  const { ledger } = context
  const scratch = Math.max(0, ...ledger.tasks.map(({ limits }) => limits?.scratch ?? 0))
  return [
    ...(scratch === 0
      ? []
      : [
          onSize(context, measured, {
            name: 'scratch disk of a function',
            limit: scratch / 2,
            ...space,
            because: `maintenance needs twice the size on scratch disk, of which a function has ${formatBytes(scratch)}`,
          }),
        ]),
    ...timeLimits(context, measured),
    ...functionMemory(context, measured),
  ]
}

/** Of tasks, those nearest to their limit. */
const shown = 3
/** How long the runs of functions take, of those nearest to their end. */
function timeLimits({ at, ledger }: ReviewContext, { history }: Measured): CapacityLimit[] {
  const times = ledger.tasks.flatMap(({ limits, name }) => {
    if (limits === undefined) return []
    const limit = limits.timeout / 1000
    const points = durationsOf(history, name).filter((point) => point.at <= at)
    const late = outOfTime(history, name)
    // A run that was ended had all the time that there is.
    const longest = late > 0 ? limit : longestOf(points)
    return longest === null ? [] : [{ name, points, late, longest, limit }]
  })
  const nearest = times.toSorted((a, b) => b.longest / b.limit - a.longest / a.limit)
  const more = nearest.length - shown
  return nearest.slice(0, shown).map(
    ({ late, limit, longest, name, points }, i): CapacityLimit => ({
      name: `time of ${name}`,
      unit: 'seconds',
      now: longest,
      limit,
      ...time,
      because: [
        late > 0
          ? `${late} of its last ${recent} runs ran out of time`
          : `its longest run of the last ${recent}`,
        `a function is ended after ${formatDuration(limit * 1000)}`,
        ...(i === shown - 1 && more > 0 ? [`the ${more} other tasks are farther from it`] : []),
      ].join('; '),
      trend: trendOf(points, at),
    }),
  )
}

/** How many of the last runs of a task were given up as their time was over. */
const outOfTime = ({ reports }: History, task: string): number =>
  (reports.get(task) ?? []).slice(-recent).filter(({ error }) => error?.code === 'time-limit').length

/** What the greatest reader of content took of the memory of its function: the only one that is measured. */
function functionMemory(context: ReviewContext, { history }: Measured): CapacityLimit[] {
  const { at, ledger } = context
  if (!isDeployed(context)) return []
  const task = 'content-optimization'
  const limit = ledger.tasks.find(({ name }) => name === task)?.limits?.memory ?? null
  const points = seriesOf(history, ['content.profile-memory']).flatMap((series) => series.points)
  const most = longestOf(points.toSorted((a, b) => a.at.getTime() - b.at.getTime()))
  return [
    {
      name: 'memory of a function',
      unit: 'bytes',
      now: most,
      limit: limit === null ? null : mebibytes(limit),
      effort: 'an hour: more memory for the function, which makes it faster, too',
      ifReached: 'runs are killed without a report',
      because:
        most === null || limit === null
          ? `no run of ${task} measured it: see Max Memory Used in the logs of the functions`
          : `the engine of ${task}, the only one whose memory is measured; what its function takes beside is not: see Max Memory Used in its log`,
      trend: trendOf(points, at),
    },
  ]
}
