import {
  type ContentDigest,
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
import type { MaintenanceContext, MaintenanceInput } from './context.ts'

/** Share of the file that a rewrite must give back to be worth it. */
export const worthwhileShare = 0.1

/** Whether to rewrite a database, and why, or why not. */
export type RewriteDecision =
  | {
      readonly wanted: true
      readonly reasons: readonly string[]
      readonly searchIndexes: readonly string[]
      /** Bytes that the copy must be smaller by, where that is the only reason for it; else null. */
      readonly leastGain: number | null
    }
  | {
      readonly wanted: false
      readonly reason: string
      /** It is known that nothing is to be gained. */
      readonly isCompact: boolean
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
      ? { wanted: true, reasons: asked, searchIndexes: [], leastGain: null }
      : {
          wanted: false,
          reason: `what it would gain is unknown: ${reasonOf(statistics)}`,
          isCompact: false,
        }
  }
  const { fragmentedSearchIndexes, reclaimableBytes, staleStatistics } = statistics.value
  const leastGain = bytes * worthwhileShare
  const known = [
    ...asked,
    ...(staleStatistics.length > 0 ? [`statistics missing or stale: ${staleStatistics.join(', ')}`] : []),
    ...(fragmentedSearchIndexes.length > 0
      ? [`search indexes in segments: ${fragmentedSearchIndexes.join(', ')}`]
      : []),
  ]
  const space =
    reclaimableBytes >= leastGain ? [`about ${formatBytes(reclaimableBytes)} can be given back`] : []
  if (known.length + space.length > 0) {
    const searchIndexes = fragmentedSearchIndexes
    return {
      wanted: true,
      reasons: [...known, ...space],
      searchIndexes,
      leastGain: known.length > 0 ? null : leastGain,
    }
  }
  return { wanted: false, reason: nothingToGain(reclaimableBytes, bytes), isCompact: true }
}

/** Why a rewrite is not worth it. */
export const nothingToGain = (gain: number, bytes: number): string =>
  `nothing to gain: at most ${formatBytes(Math.max(0, gain))} of ${formatBytes(bytes)}, statistics fresh, search indexes merged`

/** Puts a rewritten copy in place, once its content is proven to be the backup's. */
export async function publishRewritten(
  { database, progress }: Pick<MaintenanceContext, 'database' | 'progress'>,
  snapshot: Snapshot,
  before: ContentDigest,
  rewritten: Outcome<RewrittenCopy>,
  { leastGain, reasons }: Extract<RewriteDecision, { wanted: true }>,
): Promise<{ findings: Finding[]; figures: Figure[] }> {
  const subject = database.key
  if (rewritten.state !== 'done') {
    refuseCircumstances(rewritten)
    return { findings: [unreadable(rewritten, subject)], figures: [] }
  }
  const copy = rewritten.value
  const preserved = copy.digest.value === before.value
  // How full pages can be is only known once they are written: the estimate was too hopeful.
  if (preserved && leastGain !== null && snapshot.bytes - copy.bytes < leastGain) {
    const actual = nothingToGain(snapshot.bytes - copy.bytes, snapshot.bytes)
    return { findings: [finding('database.compaction', 'ok', { subject, actual })], figures: [] }
  }
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
