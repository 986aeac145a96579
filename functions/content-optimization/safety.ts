import {
  type Backup,
  type Certificate,
  copyKeptFiles,
  type Finding,
  finding,
  isProof,
  keepBackup,
  type Snapshot,
  type TaskResult,
} from '@hubkeeper/core'
import type { ContentContext } from './context.ts'

/** The backup that everything can be undone with. */
export interface SafetyBackup extends TaskResult {
  /** Null where there is none; then nothing may be changed. */
  readonly backup: Backup | null
}

/**
 * Keeps a proven backup of a snapshot and the files. A search index that is broken keeps every backup of the
 * database from being proven, and is what is to be mended: such a one counts here, when all else of it is proven.
 *
 * @param digest of the snapshot’s content; null where that is not known
 */
export async function keepSafetyBackup(
  context: ContentContext,
  snapshot: Snapshot,
  digest: string | null,
): Promise<SafetyBackup> {
  const kept = await copyKeptFiles(context)
  const { proven, ...result } = await keepBackup(context, snapshot, kept, false)
  const backup = proven ?? (await provenButForIndexes(context, digest))
  const excused = proven === null && backup !== null ? backup.manifest.id : null
  const findings = [...result.findings.map((each) => excuse(each, excused)), ...kept.findings]
  const figures = [...(result.figures ?? []), ...kept.figures]
  if (backup !== null) return { ...result, findings, figures, backup }
  const certified = result.findings.filter(({ check }) => check === 'backup.certified')
  // What the engine lacks for a proof is no fault of the database, and nothing that could be mended.
  const lacks = certified.length > 0 && certified.every(({ status }) => status === 'warning')
  const lacking = finding('backup.certified', lacks ? 'warning' : 'critical', {
    subject: 'before search indexes are made anew',
    expected: 'a proven backup of the present content',
    actual: 'there is none: nothing was changed',
    advice: lacks
      ? 'see what this engine lacks: only the hub itself can make its search indexes anew'
      : 'mend what keeps it from being made, and run it again: hubkeeper run content-optimization',
  })
  return { ...result, findings: [lacking, ...findings], figures, backup }
}

/** A backup that lacks nothing but what is about to be mended is no reason to call anybody. */
const excuse = (told: Finding, backup: string | null): Finding =>
  told.check === 'backup.certified' && told.subject === backup && told.status === 'critical'
    ? {
        ...told,
        status: 'warning',
        advice:
          'it holds all of the content; make another one with the indexes that were made anew: hubkeeper backup',
      }
    : told

async function provenButForIndexes(
  { backups }: ContentContext,
  digest: string | null,
): Promise<Backup | null> {
  if (digest === null) return null
  const known = (await backups.list()).backups
  const found = known.findLast(
    ({ certificate, quarantine }) =>
      quarantine === null && certificate !== null && certificate.digest === digest,
  )
  return found !== undefined && found.certificate !== null && lacksIndexesAlone(found.certificate)
    ? found
    : null
}

/** As an examination names them, and as the integrity check of either engine does; a name may hold any words. */
const indexFault =
  /^(search index |(cross-check: )?((malformed|unable to validate the) inverted index for FTS|fts5: ))/

/** Whether a backup that is no proof would be one if its full-text indexes were sound. */
export const lacksIndexesAlone = (certificate: Certificate): boolean =>
  isProof(certificate) ||
  (certificate.level === 'bytes' &&
    certificate.faults.length > 0 &&
    certificate.faults.every((fault) => indexFault.test(fault)) &&
    (certificate.files?.faults ?? []).length === 0)
