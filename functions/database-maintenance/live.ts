import {
  type Examination,
  type Figure,
  type Finding,
  finding,
  formatBytes,
  reasonOf,
  refuseCircumstances,
  unreadable,
} from '@hubkeeper/core'
import type { MaintenanceContext, MaintenanceInput } from './context.ts'

/**
 * Does for a live database what SQLite does safely under its own locks. A full VACUUM in place is
 * not among it yet, and the finding says so.
 */
export async function optimizeLive(
  { database, progress }: MaintenanceContext,
  { analyze }: MaintenanceInput,
  before: Examination,
): Promise<{ findings: Finding[]; figures: Figure[] }> {
  const subject = database.key
  const gain =
    before.statistics.state === 'done'
      ? `a rewrite would give back about ${formatBytes(before.statistics.value.reclaimableBytes)}`
      : `what a rewrite would gain is unknown: ${reasonOf(before.statistics)}`
  const compaction = finding('database.compaction', 'skipped', {
    subject,
    actual: `the database is live: VACUUM in place is not supported yet; ${gain}`,
    evidence: ['to have it rewritten: stop its server and set "authority": "offline" for the run'],
  })
  if (database.authority !== 'server') {
    const actual = 'a journal lies beside it: only SQLite may touch it until that is resolved'
    return { findings: [{ ...compaction, actual, evidence: [] }], figures: [] }
  }
  progress.step(analyze ? 'Running ANALYZE in place' : 'Running PRAGMA optimize in place')
  const optimized = await database.optimizeInPlace({ analyze })
  if (optimized.state !== 'done') {
    refuseCircumstances(optimized)
    return { findings: [unreadable(optimized, subject), compaction], figures: [] }
  }
  progress.step('Comparing the contents')
  const preserved = await compareContent(database, before)
  return {
    findings: [
      { ...compaction, evidence: [...compaction.evidence, ...optimized.value.statements] },
      preserved,
    ],
    figures: [],
  }
}

/** Equal content is proof; other content on a live database only tells that its server wrote. */
async function compareContent(
  database: MaintenanceContext['database'],
  before: Examination,
): Promise<Finding> {
  const subject = database.key
  const skipped = (actual: string): Finding => finding('content.preserved', 'skipped', { subject, actual })
  const snapshot = await database.snapshot()
  if (snapshot.state !== 'done')
    return finding('content.preserved', 'unknown', { subject, actual: reasonOf(snapshot) })
  const after = await snapshot.value.examine(['digest'])
  await snapshot.value.dispose()
  if (before.digest.state !== 'done') return skipped(reasonOf(before.digest))
  if (after.digest.state !== 'done') return skipped(reasonOf(after.digest))
  if (before.digest.value.value !== after.digest.value.value)
    return skipped('its server committed in between')
  return finding('content.preserved', 'ok', {
    subject,
    expected: before.digest.value.value,
    actual: after.digest.value.value,
  })
}
