import {
  type Backup,
  type BackupList,
  type Certificate,
  type Guard,
  HubkeeperError,
  isProof,
  isProven,
  keys,
  ObjectMissingError,
  type Proof,
  type ProofStage,
  ProofUnfinishedError,
  type Quarantine,
  type RestoredCopy,
  reasonOf,
} from '@hubkeeper/core'
import { listBackups } from './catalog.ts'
import { certify } from './certify.ts'
import { issueCertificate } from './chain.ts'
import { readKeptFiles } from './kept-files.ts'
import { lookAt, type Sight } from './look.ts'
import type { CustodyOptions } from './options.ts'
import { proofs } from './progress.ts'
import { restoreToScratch } from './read.ts'
import { whyNoTimeToRead } from './reading-time.ts'
import { quarantines } from './records.ts'
import { sha256Of, textAt } from './stored.ts'

/** What came of something, and how long it took, seconds. */
interface Timed<T> {
  readonly value: T
  readonly seconds: number
}

/**
 * Reads a stored backup back and certifies what is true of it; what the guard objects to is in quarantine
 * before it is certified, so that it never counts in between.
 *
 * @throws ProofUnfinishedError when the time ran out: nothing was certified, and the next attempt goes on there
 */
export async function proveBackup(options: CustodyOptions, backup: Backup, guard?: Guard): Promise<Proof> {
  const { fence, now, store } = options
  const { manifest } = backup
  // A run that is ended while it reads can only say that it was ended.
  if (whyNoTimeToRead(options, backup) !== null) throw new ProofUnfinishedError(manifest.id, ['bytes'], true)
  const timed = timerOf(options)
  const started = now().getTime()
  let listed: Promise<BackupList> | null = null
  const known = async () => {
    listed ??= listBackups(store)
    return (await listed).backups
  }
  const baseline = await baselineOf(backup, known)
  const stored = await textAt(store, keys.manifest(manifest.id))
  if (stored === null) throw missing(manifest.id, `${keys.manifest(manifest.id)} is gone`)
  const copy = await timed(() => readBack(options, backup))
  const { bytes, sha256 } = copy.value
  const sight = copy.value.intact ? await lookAt(options, copy.value) : null
  await copy.value.dispose()
  if (sight !== null) {
    refuseUnfinished(manifest.id, sight)
    refuseToUnprove(backup, sight)
  }
  const files = await timed(() => readKeptFiles(options, backup))
  const draft: Omit<Certificate, 'previous'> = {
    schema: 1,
    backup: manifest.id,
    hub: options.hub,
    database: manifest.database,
    issuedAt: now().toISOString(),
    run: options.run,
    bytes,
    sha256,
    manifest: sha256Of(stored),
    stages: stagesOf(copy, files, sight),
    files:
      files.value.count === 0 && files.value.faults.length === 0
        ? null
        : { ...files.value, faults: [...files.value.faults] },
    ...certify({
      manifest,
      bytes,
      sha256,
      examination: sight?.examination ?? null,
      crossCheck: sight?.crossCheck ?? null,
      crossCheckSkipped: sight?.crossCheckSkipped ?? null,
      baseline,
    }),
  }
  const quarantine = guard === undefined ? null : await guarded(options, draft, guard, known)
  const certificate = await issueCertificate(options, draft)
  if (sight?.kept === true) await proofs.set(store, manifest.id, null, fence)
  return {
    certificate,
    examination: sight?.examination ?? null,
    quarantine,
    durationSeconds: (now().getTime() - started) / 1000,
  }
}

/**
 * Rows without a parent that the backup may have: as many as when it was proven, else as in the newest proven
 * one before it. Null where there is none: what was cleared up since is no fault of an older one.
 */
async function baselineOf(
  { certificate, manifest: { id, takenAt } }: Backup,
  known: () => Promise<readonly Backup[]>,
): Promise<number | null> {
  if (certificate !== null && isProof(certificate)) return certificate.foreignKeyViolations
  const all = await known()
  const own = all.find(({ manifest }) => manifest.id === id)?.certificate ?? null
  const before = all.findLast((each) => isProven(each) && each.manifest.takenAt <= takenAt)
  return (own !== null && isProof(own) ? own : before?.certificate)?.foreignKeyViolations ?? null
}

const timerOf =
  ({ now }: CustodyOptions) =>
  async <T>(work: () => Promise<T>): Promise<Timed<T>> => {
    const began = now().getTime()
    const value = await work()
    return { value, seconds: (now().getTime() - began) / 1000 }
  }

/** Time is no fault of the backup: a certificate would blame it for what nobody looked at. */
function refuseUnfinished(id: string, { advanced, unfinished }: Sight): void {
  if (unfinished.length > 0) throw new ProofUnfinishedError(id, unfinished, advanced)
}

/**
 * Of the very bytes that were proven, an engine that was ended says nothing new: a certificate would take their
 * proof away from them for it.
 */
function refuseToUnprove({ certificate, manifest }: Backup, { examination }: Sight): void {
  if (certificate === null || !isProof(certificate) || certificate.sha256 !== manifest.sha256) return
  const { digest, foreignKeys, integrity, searchIndexes, structure } = examination
  for (const outcome of [structure, integrity, foreignKeys, searchIndexes, digest]) {
    if (outcome.state !== 'stopped') continue
    throw new HubkeeperError(
      'engine-failed',
      `backup ${manifest.id} was not proven again: ${reasonOf(outcome)}`,
      {
        hint: 'its bytes are as certified, and its last certificate holds; free memory for the engine, then run this again',
      },
    )
  }
}

/** What a proof did, with what earlier attempts did for it. */
function stagesOf(
  copy: Timed<RestoredCopy>,
  files: Timed<{ readonly count: number; readonly bytes: number }>,
  sight: Sight | null,
): Certificate['stages'] {
  const { bytes } = copy.value
  const stage = (name: ProofStage, seconds: number, read: number) => ({
    stage: name,
    seconds: Math.round(seconds * 1000) / 1000,
    bytes: read,
  })
  const stages = [stage('bytes', copy.seconds, bytes)]
  if (sight !== null) {
    const { examination, crossCheck } = sight
    const took = (...parts: readonly (keyof typeof examination.seconds)[]): number =>
      parts.reduce((sum, part) => sum + (examination.seconds[part] ?? 0), 0)
    stages.push(stage('structure', took('structure', 'integrity', 'foreign-keys', 'search-indexes'), bytes))
    stages.push(stage('content', took('digest', 'contents'), bytes))
    if (crossCheck?.state === 'done') stages.push(stage('cross-check', crossCheck.value.seconds, bytes))
  }
  if (files.value.count > 0) stages.push(stage('files', files.seconds, files.value.bytes))
  return stages
}

async function guarded(
  { fence, now, run, store }: CustodyOptions,
  draft: Omit<Certificate, 'previous'>,
  guard: Guard,
  known: () => Promise<readonly Backup[]>,
): Promise<Quarantine | null> {
  // While it is not known what counts, content is judged by what may not.
  const marks = await quarantines.read(store)
  // What was accepted since they were listed counts.
  const all = (await known()).map((each) => ({
    ...each,
    quarantine: marks.get(each.manifest.id) ?? null,
  }))
  const reason = await guard(draft, all)
  if (reason === null) return null
  const quarantine = { reason, run, since: now().toISOString() }
  await quarantines.set(store, draft.backup, quarantine, fence)
  return quarantine
}

async function readBack(options: CustodyOptions, backup: Backup): Promise<RestoredCopy> {
  try {
    return await restoreToScratch(options, backup)
  } catch (error) {
    if (!(error instanceof ObjectMissingError)) throw error
    throw missing(backup.manifest.id, error.message, error)
  }
}

const missing = (id: string, message: string, cause?: unknown): HubkeeperError =>
  new HubkeeperError('backup-missing', `backup ${id} is not whole: ${message}`, {
    hint: 'make a new backup: hubkeeper backup',
    cause,
  })
