import {
  type Backup,
  days,
  figure,
  finding,
  formatDuration,
  isProven,
  measured,
  only,
  type Part,
  type RecoveryMoment,
  recoveryPoint,
} from '@hubkeeper/core'
import type { DrillContext } from './context.ts'

/** How far back gaps between backups are looked for, days. */
const quarter = 92

/** How much could have been lost at any moment of the last quarter, as far as every backup was kept. */
export async function recoveryPointPart(
  { at, backups, hub, metrics }: DrillContext,
  all: readonly Backup[],
): Promise<Part> {
  const proven = all.filter(isProven)
  const newest = await backups.newestProven(all)
  // What retention has thinned out says nothing of how often backups were made.
  const window = Math.min(quarter, hub.backups.retention.days)
  const from = new Date(at.getTime() - days(window))
  const query = { hub: hub.id, name: 'backup.confirmed', subject: hub.database.path, from, to: at }
  const confirmed = await metrics.read(query)
  const moments: RecoveryMoment[] = [
    ...proven.map(({ manifest }) => ({ at: new Date(manifest.takenAt), from: manifest.id })),
    ...confirmed.map((point) => ({ at: point.at, from: 'a backup that still held everything' })),
    // One that was confirmed since it was taken is a moment of its own.
    ...(newest === null || newest.currentAt.toISOString() === newest.backup.manifest.takenAt
      ? []
      : [{ at: newest.currentAt, from: newest.backup.manifest.id }]),
  ]
  const point = recoveryPoint(moments, at, window)
  if (point === null) {
    const details = { expected: 'a proven backup', actual: 'there is none' }
    return only(finding('drill.rpo', 'critical', details))
  }
  const { age, gap } = point
  const limited = window < quarter ? ', for which every backup is kept' : ''
  const found = measured('drill.rpo', point.seconds, hub.thresholds, {
    evidence: [
      `the newest is ${formatDuration(age * 1000)} old: ${point.newest.from}`,
      gap === null
        ? `it is the only one of the last ${window} days${limited}`
        : `longest gap in the last ${window} days${limited}: ${formatDuration(gap.seconds * 1000)}, ${moment(gap.from)} to ${moment(gap.to)}`,
    ],
  })
  return { findings: [found], figures: [figure('drill.rpo', point.seconds, 'seconds')] }
}

const moment = ({ at, from }: RecoveryMoment): string => `${at.toISOString().slice(0, 16)}Z (${from})`
