import { formatBytes, thresholdsOf } from '@hubkeeper/core'
import { type CapacityLimit, newestOf, presenceOf, seriesOf, trendOf } from '@hubkeeper/review'
import type { ReviewContext } from './context.ts'
import { isDeployed, type Measured, onSize, space, unmeasured } from './limit.ts'

/** What the configuration allows; else the disk that the hub and its backups share. */
export function diskLimits(context: ReviewContext, measured: Measured): CapacityLimit[] {
  const { hub } = context
  const { diskBytes } = hub.analysis.limits
  const name = 'disk'
  if (diskBytes !== undefined) {
    const because = 'as analysis.limits.diskBytes says'
    return [onSize(context, measured, { ...space, name, limit: diskBytes, because })]
  }
  if (isDeployed(context)) return []
  // The first one is that of the hub’s directory.
  const free = measured.disks?.[0]?.freeBytes
  if (free === undefined) {
    const because = 'how large the disk is, is not told: set analysis.limits.diskBytes'
    return [onSize(context, measured, { ...space, name, limit: null, because })]
  }
  const bytes = measured.database?.points.at(-1)?.value ?? null
  if (bytes === null || bytes === 0)
    return [onSize(context, measured, { ...space, name, limit: null, because: unmeasured })]
  // Backups grow with the database where they lie on the same disk.
  const elsewhere = hub.backups.bucket !== undefined || hub.backups.directory !== undefined
  const measuredBackups = newestOf(measured.history, 'backups.size')?.value ?? null
  const backups = elsewhere ? 0 : (measuredBackups ?? 0)
  const because =
    measuredBackups === null && !elsewhere
      ? `${formatBytes(free)} are free beside ${formatBytes(bytes)} of database; how large its backups are, which grow with it, nobody measured`
      : `${formatBytes(free)} are free beside ${formatBytes(bytes)} of database and ${formatBytes(backups)} of backups, which grow with it`
  return [
    onSize(context, measured, { ...space, name, limit: bytes * (1 + free / (bytes + backups)), because }),
  ]
}

/** Everything on the fullest disk, whoever wrote it. */
export function fullestDisk({ at, hub }: ReviewContext, { history }: Measured): CapacityLimit[] {
  const { warning } = thresholdsOf('disk.usage', hub.thresholds)
  // One that the last health check did not see is there no more.
  const disks = presenceOf(
    history,
    { name: 'disk.usage', task: 'health-check' },
    seriesOf(history, ['disk.usage']),
  )
  const [fullest] = disks.present
    .flatMap((series) => series.points.slice(-1).map(({ value }) => ({ series, value })))
    .toSorted((a, b) => b.value - a.value)
  if (fullest === undefined) return []
  return [
    {
      name: `fullest disk (${fullest.series.subject ?? 'the only one'})`,
      unit: 'percent',
      now: fullest.value,
      limit: warning,
      ...space,
      because: 'the limit of disk.usage; with whatever else lies on it',
      trend: trendOf(fullest.series.points, at),
    },
  ]
}
