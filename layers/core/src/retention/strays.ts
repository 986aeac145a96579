import { type Backup, momentOfId, type StrayBackup } from '../ports/backups.ts'
import type { Decision, RetentionRequest } from '../retention.ts'
import { days, formatDuration } from '../units.ts'

/** How long after its last part was written a run could still be writing a backup, ms: far beyond any. */
const stillWritten = days(2)

/** What retention does with the parts of a backup that is not whole. */
export function planStray(
  stray: StrayBackup,
  { blocked, newestProven }: { newestProven: Backup | undefined; blocked: string | null },
  { at, hub, list }: RetentionRequest,
): Decision<StrayBackup> {
  const { certified, id, lack, pin, reason, writtenAt } = stray
  const taken = momentOfId(id)
  if (taken === null) return { of: stray, keep: true, reasons: ['its name is none that Hubkeeper gives'] }
  const keep: string[] = []
  if (list.pinsUnreadable !== null) keep.push('it may be pinned: the pins cannot be read')
  if (blocked !== null) keep.push(blocked)
  if (pin !== null) keep.push(`pinned by ${pin.by}: ${pin.reason}`)
  // Retention deletes the manifest first. Where it is something else, somebody has to look.
  if (lack !== 'manifest') keep.push(`${reason}: left for somebody to look at`)
  const { days: kept } = hub.backups.retention
  if (certified && at.getTime() - taken.getTime() < days(kept)) {
    // It was whole once, and retention would not have begun to delete it yet.
    keep.push(`it was certified, and is younger than ${kept} days`)
  }
  const untouched = at.getTime() - writtenAt.getTime()
  if (!certified && untouched < stillWritten) keep.push('a run could still be writing it')
  if (newestProven === undefined || Date.parse(newestProven.manifest.takenAt) <= taken.getTime()) {
    keep.push('there is no newer proven backup')
  }
  return keep.length > 0
    ? { of: stray, keep: true, reasons: keep }
    : { of: stray, keep: false, reasons: [reason, `last written ${formatDuration(untouched)} ago`] }
}
