import type { Context } from '../access.ts'
import { isProof } from '../certificate.ts'
import { ProofUnfinishedError } from '../errors.ts'
import { figure, finding } from '../finding.ts'
import { certifiedFinding, unfinishedFinding } from '../findings/backup.ts'
import { databaseFindings, usedFindings } from '../findings/database.ts'
import { holdForQuarantine, judgeAgainstBackups, proveGuarded } from '../guard/prove.ts'
import { standingQuarantines } from '../guard/quarantine.ts'
import type { KeptFiles } from '../kept-files/copy.ts'
import { digestOfFiles } from '../kept-files/digest.ts'
import type { Backup } from '../ports/backups.ts'
import type { Snapshot } from '../ports/database.ts'
import type { Finding, TaskResult } from '../report.ts'

/** What keeping a backup takes. */
export type KeepingContext = Context<{ database: 'read'; backups: 'write'; ledger: 'hold' }>

/** What became of it. */
export interface KeepingResult extends TaskResult {
  /** The backup that holds what the snapshot holds, and is proven; null where there is none. */
  readonly proven: Backup | null
}

/**
 * Makes a backup of the snapshot and the files, reads it back and certifies it; or, where nothing changed, reads the
 * newest one back.
 *
 * @param force make one even when nothing changed
 * @throws HubkeeperError
 */
export async function keepBackup(
  context: KeepingContext,
  snapshot: Snapshot,
  kept: Pick<KeptFiles, 'files'>,
  force: boolean,
): Promise<KeepingResult> {
  const { backups, now } = context
  const known = (await backups.list()).backups
  const newest = await backups.newestProven(known)
  const held = standingQuarantines(known, newest?.currentAt ?? null, now()).at(-1) ?? null
  if (!force) {
    const same = await unchangedSince(context, snapshot, kept, [held, newest?.backup ?? null])
    if (same !== null) {
      const found =
        same === held
          ? await stillHeld(context, held, known, snapshot.takenAt)
          : await confirm(context, same, snapshot.takenAt)
      if (found !== null) return withQuarantine(context, found)
    }
  }
  return storeAndProve(context, snapshot, kept, newest?.backup ?? null)
}

/** The backup that holds what the database holds, row by row, and the same files; null where none of these does. */
async function unchangedSince(
  { progress }: KeepingContext,
  snapshot: Snapshot,
  kept: Pick<KeptFiles, 'files'>,
  backups: readonly (Backup | null)[],
): Promise<Backup | null> {
  const files = digestOfFiles(kept.files)
  const candidates = backups
    .filter((backup) => backup !== null)
    .filter(({ manifest }) => digestOfFiles(manifest.files) === files)
  if (candidates.length === 0) return null
  progress.step('Comparing with the newest backup')
  const identical = candidates.find(({ manifest }) => manifest.sha256 === snapshot.sha256)
  if (identical !== undefined) return identical
  const { digest } = await snapshot.examine(['digest'])
  if (digest.state !== 'done') return null
  return candidates.find(({ certificate }) => certificate?.digest === digest.value.value) ?? null
}

/** Reads the newest proven backup back instead of making an equal one; null when it is damaged. */
async function confirm(context: KeepingContext, newest: Backup, heldAt: Date): Promise<KeepingResult | null> {
  const { backups, database, dryRun, progress } = context
  progress.step('Nothing changed: reading the newest proven backup back')
  if (!(await readsBack(backups, newest))) return null
  if (!dryRun) await backups.confirm(newest, heldAt)
  const actual = `nothing changed since ${newest.manifest.takenAt}, and that backup still reads back bit for bit`
  // Without it, nobody could tell later that nothing was lost until then.
  const held = (heldAt.getTime() - Date.parse(newest.manifest.takenAt)) / 1000
  return {
    proven: newest,
    findings: [unchangedFinding(newest, actual)],
    figures: dryRun ? [] : [figure('backup.confirmed', held, 'seconds', database.key)],
  }
}

/** Whether every byte of a backup, and of the files that are kept with it, is as it was written. */
async function readsBack(backups: KeepingContext['backups'], backup: Backup): Promise<boolean> {
  const copy = await backups.restoreToScratch(backup)
  await copy.dispose()
  return copy.intact && (await backups.restoreFiles(backup)).every(({ intact }) => intact)
}

/** Leaves a backup in quarantine that is as the database still is; null when it has to be made again. */
async function stillHeld(
  context: KeepingContext,
  held: Backup,
  known: readonly Backup[],
  takenAt: Date,
): Promise<KeepingResult | null> {
  const { backups, progress } = context
  const { certificate } = held
  // What was said meanwhile may let it count: then it is made, judged and certified anew.
  if (certificate === null) return null
  const question = { content: certificate, takenAt, backups: known }
  const judgement = await judgeAgainstBackups(context, question)
  if (judgement.objection === null) return null
  progress.step('Nothing changed: reading the backup in quarantine back')
  if (!(await readsBack(backups, held))) return null
  const actual = `nothing changed since ${held.manifest.takenAt}, and that backup is still in quarantine`
  return { proven: null, findings: [unchangedFinding(held, actual), ...judgement.findings] }
}

const unchangedFinding = ({ manifest: { id } }: Backup, actual: string): Finding =>
  finding('backup.certified', 'skipped', { subject: id, actual })

/** A result with what stands in quarantine, for which nothing is deleted any more. */
const withQuarantine = async (context: KeepingContext, result: KeepingResult): Promise<KeepingResult> => ({
  ...result,
  findings: [...result.findings, ...(await holdForQuarantine(context))],
})

/** It is stored, and another run goes on with its proof. */
function unfinished(error: unknown): ProofUnfinishedError {
  if (error instanceof ProofUnfinishedError) return error
  throw error
}

async function storeAndProve(
  context: KeepingContext,
  snapshot: Snapshot,
  kept: Pick<KeptFiles, 'files'>,
  newest: Backup | null,
): Promise<KeepingResult> {
  const { backups, database, dryRun, progress, scheduledFor } = context
  if (dryRun) {
    const actual = 'dry run: a backup would be made'
    return { proven: null, findings: [finding('backup.certified', 'skipped', { actual })] }
  }
  progress.step('Storing the copy')
  const stored = await backups.create(snapshot, scheduledFor === null ? 'request' : 'daily', kept.files)
  progress.step('Reading it back and proving it')
  const { bytes, key } = stored.manifest
  const proven = await proveGuarded(context, stored).catch(unfinished)
  if (proven instanceof ProofUnfinishedError) {
    return {
      proven: null,
      findings: [unfinishedFinding(proven)],
      artifacts: [{ kind: 'backup', key, bytes }],
    }
  }
  const { proof, vanished } = proven
  const { certificate, durationSeconds, examination } = proof
  const baseline = newest?.certificate?.foreignKeyViolations ?? null
  const signs = await database.signsOfUse()
  const intact = (certificate.files?.faults ?? []).length === 0
  const counts = isProof(certificate) && intact && proof.quarantine === null
  return withQuarantine(context, {
    proven: counts ? { ...stored, certificate } : null,
    findings: [
      certifiedFinding(certificate),
      ...(examination === null ? [] : databaseFindings(examination, database.key, baseline)),
      ...usedFindings(signs, database.key),
      ...vanished,
    ],
    figures: [
      figure('backup.size', bytes, 'bytes', database.key),
      figure('backup.proof-duration', durationSeconds, 'seconds', database.key),
    ],
    artifacts: [{ kind: 'backup', key, bytes }],
  })
}
