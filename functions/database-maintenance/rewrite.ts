import {
  type DatabaseStatistics,
  type Examination,
  type Figure,
  type Finding,
  figure,
  finding,
  formatBytes,
  reasonOf,
  refuseCircumstances,
  type Snapshot,
  unreadable,
} from '@hubkeeper/core'
import type { MaintenanceContext, MaintenanceInput } from './task.ts'

/** Share of the file that a rewrite must give back to be worth it. */
const worthwhileShare = 0.1

interface Done {
  readonly findings: Finding[]
  readonly figures: Figure[]
}

/** Why a database should be rewritten; empty when that would gain nothing. */
export function reasonsToRewrite(statistics: DatabaseStatistics, bytes: number): string[] {
  const { reclaimableBytes, optimizeStatements, fragmentedSearchIndexes } = statistics
  return [
    ...(reclaimableBytes >= bytes * worthwhileShare
      ? [`${formatBytes(reclaimableBytes)} can be given back`]
      : []),
    ...(optimizeStatements.length > 0 ? [`${optimizeStatements.length} statistics are stale`] : []),
    ...(fragmentedSearchIndexes.length > 0
      ? [`search indexes in segments: ${fragmentedSearchIndexes.join(', ')}`]
      : []),
  ]
}

/** Rewrites a database at rest, when there is a reason to, with proof of equal content. */
export async function rewrite(
  { database, progress }: MaintenanceContext,
  { analyze, force }: MaintenanceInput,
  snapshot: Snapshot,
  { digest, statistics }: Examination,
): Promise<Done> {
  const subject = database.key
  const skipped = (actual: string): Done => ({
    findings: [finding('database.compaction', 'skipped', { subject, actual })],
    figures: [],
  })
  if (digest.state !== 'done') return skipped(`its content cannot be compared: ${reasonOf(digest)}`)
  if (statistics.state !== 'done' && !force)
    return skipped(`what it would gain is unknown: ${reasonOf(statistics)}`)
  const reasons = statistics.state === 'done' ? reasonsToRewrite(statistics.value, snapshot.bytes) : []
  if (reasons.length === 0 && !force && !analyze) {
    const gain = statistics.state === 'done' ? formatBytes(statistics.value.reclaimableBytes) : 'nothing'
    return skipped(`nothing to gain: at most ${gain} of ${formatBytes(snapshot.bytes)}, statistics fresh`)
  }
  progress.step('Rewriting it compactly, and comparing the contents')
  const searchIndexes = statistics.state === 'done' ? statistics.value.fragmentedSearchIndexes : []
  const compacted = await database.compact(snapshot, digest.value, { analyze, searchIndexes })
  if (compacted.state !== 'done') {
    refuseCircumstances(compacted)
    return { findings: [unreadable(compacted, subject)], figures: [] }
  }
  const { bytesAfter, bytesBefore, digestAfter, digestBefore, replaced } = compacted.value
  return {
    findings: [
      finding('content.preserved', replaced ? 'ok' : 'critical', {
        subject,
        expected: digestBefore.value,
        actual: digestAfter.value,
      }),
      finding('database.compaction', replaced ? 'ok' : 'skipped', {
        subject,
        actual: replaced
          ? `${formatBytes(bytesBefore)} to ${formatBytes(bytesAfter)}`
          : 'nothing was replaced',
        evidence: force && reasons.length === 0 ? ['forced'] : reasons,
      }),
    ],
    figures: [figure('database.size-after', bytesAfter, 'bytes', subject)],
  }
}
