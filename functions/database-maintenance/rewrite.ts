import {
  type ContentDigest,
  type DatabaseStatistics,
  type Examination,
  type Figure,
  type Finding,
  figure,
  finding,
  formatBytes,
  type Outcome,
  type RewrittenCopy,
  reasonOf,
  refuseCircumstances,
  type Snapshot,
  unreadable,
} from '@hubkeeper/core'
import type { MaintenanceContext, MaintenanceInput } from './task.ts'

/** Share of the file that a rewrite must give back to be worth it. */
const worthwhileShare = 0.1

/** Whether to rewrite a database, and why, or why not. */
export type RewriteDecision =
  | { readonly wanted: true; readonly reasons: readonly string[]; readonly searchIndexes: readonly string[] }
  | { readonly wanted: false; readonly reason: string }

/** Why a database should be rewritten; empty when that would gain nothing. */
function reasonsToRewrite(statistics: DatabaseStatistics, bytes: number): string[] {
  const { fragmentedSearchIndexes, reclaimableBytes, staleStatistics } = statistics
  return [
    ...(reclaimableBytes >= bytes * worthwhileShare
      ? [`${formatBytes(reclaimableBytes)} can be given back`]
      : []),
    ...(staleStatistics.length > 0 ? [`statistics missing or stale: ${staleStatistics.join(', ')}`] : []),
    ...(fragmentedSearchIndexes.length > 0
      ? [`search indexes in segments: ${fragmentedSearchIndexes.join(', ')}`]
      : []),
  ]
}

/** Decides from a look at a database at rest. */
export function decideRewrite(
  { statistics }: Examination,
  bytes: number,
  { analyze, force }: MaintenanceInput,
): RewriteDecision {
  const asked = [...(force ? ['forced'] : []), ...(analyze ? ['ANALYZE was asked for'] : [])]
  if (statistics.state !== 'done') {
    return asked.length > 0
      ? { wanted: true, reasons: asked, searchIndexes: [] }
      : { wanted: false, reason: `what it would gain is unknown: ${reasonOf(statistics)}` }
  }
  const { fragmentedSearchIndexes, reclaimableBytes } = statistics.value
  const reasons = [...asked, ...reasonsToRewrite(statistics.value, bytes)]
  if (reasons.length > 0) return { wanted: true, reasons, searchIndexes: fragmentedSearchIndexes }
  const gain = `at most ${formatBytes(reclaimableBytes)} of ${formatBytes(bytes)}`
  return { wanted: false, reason: `nothing to gain: ${gain}, statistics fresh, search indexes merged` }
}

/** Puts a rewritten copy in place, once its content is proven to be the backup's. */
export async function publishRewritten(
  { database, progress }: MaintenanceContext,
  snapshot: Snapshot,
  before: ContentDigest,
  rewritten: Outcome<RewrittenCopy>,
  reasons: readonly string[],
): Promise<{ findings: Finding[]; figures: Figure[] }> {
  const subject = database.key
  if (rewritten.state !== 'done') {
    refuseCircumstances(rewritten)
    return { findings: [unreadable(rewritten, subject)], figures: [] }
  }
  const copy = rewritten.value
  const preserved = copy.digest.value === before.value
  if (preserved) {
    progress.step('Putting the compact copy in its place')
    await database.publish(copy, snapshot)
  }
  return {
    findings: [
      finding('content.preserved', preserved ? 'ok' : 'critical', {
        subject,
        expected: before.value,
        actual: copy.digest.value,
      }),
      finding('database.compaction', preserved ? 'ok' : 'skipped', {
        subject,
        actual: preserved
          ? `${formatBytes(snapshot.bytes)} to ${formatBytes(copy.bytes)}`
          : 'nothing was replaced',
        evidence: reasons,
      }),
    ],
    figures: preserved ? [figure('database.size-after', copy.bytes, 'bytes', subject)] : [],
  }
}
