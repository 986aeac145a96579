import {
  type Backup,
  backupBytes,
  type Coverage,
  HubkeeperError,
  keys,
  latestBelievable,
  type RestoredCopy,
  reaches,
  type Verification,
} from '@hubkeeper/core'
import { listBackups } from './catalog.ts'
import { differenceOf } from './certify.ts'
import { readKeptFiles } from './kept-files.ts'
import type { CustodyOptions } from './options.ts'
import { copyOf } from './read.ts'
import { whyNoTimeToRead } from './reading-time.ts'
import { verifications } from './records.ts'
import { sha256Of, textAt } from './stored.ts'

/** How long ago the bytes of each backup were read back as certified. */
export async function coverageOf(
  { now, store }: Pick<CustodyOptions, 'now' | 'store'>,
  among?: readonly Backup[],
): Promise<Coverage> {
  const marks = await verifications.read(store)
  const latest = latestBelievable(now())
  const backups = (among ?? (await listBackups(store)).backups)
    .map((backup) => ({
      backup,
      bytes: backupBytes(backup),
      verifiedAt: verifiedAt(backup, marks.get(backup.manifest.id)?.at ?? null, latest),
    }))
    .toSorted((a, b) => a.verifiedAt.getTime() - b.verifiedAt.getTime())
  return {
    bytes: backups.reduce((sum, { bytes }) => sum + bytes, 0),
    oldest: backups[0] ?? null,
    backups,
  }
}

/**
 * The last time at which it was read; of one that never was, when it was written. What a clock that ran ahead
 * wrote is not believed: nobody would read the backup again until then.
 */
function verifiedAt({ certificate, manifest }: Backup, marked: string | null, latest: number): Date {
  const proven =
    certificate !== null &&
    reaches(certificate.level, 'bytes') &&
    certificate.sha256 === manifest.sha256 &&
    (certificate.files?.faults ?? []).length === 0
  const times = [
    manifest.takenAt,
    ...(proven ? [certificate.issuedAt] : []),
    ...(marked === null ? [] : [marked]),
  ]
  return new Date(Math.max(0, ...times.map((time) => Date.parse(time)).filter((time) => time <= latest)))
}

/**
 * Reads every byte of a backup back, and remembers when all of them were as certified.
 *
 * @throws HubkeeperError `time-limit` when it cannot be read in time; then nothing was read
 */
export async function verifyBytes(options: CustodyOptions, backup: Backup): Promise<Verification> {
  const { fence, now, store } = options
  requireTimeToRead(options, backup)
  const at = now()
  const copy = await copyOf(options, backup)
  await copy?.dispose()
  const files = await readKeptFiles(options, backup)
  const faults = [...copyFaults(backup, copy), ...(await manifestFaults(options, backup)), ...files.faults]
  const bytes = (copy?.bytes ?? 0) + files.bytes
  if (faults.length === 0) {
    await verifications.set(store, backup.manifest.id, { at: at.toISOString(), bytes }, fence)
  }
  return { bytes, faults, at }
}

function requireTimeToRead(options: CustodyOptions, backup: Backup): void {
  const why = whyNoTimeToRead(options, backup)
  if (why === null) return
  throw new HubkeeperError('time-limit', why, {
    hint: 'the next run reads it; run this hub’s tasks embedded if it is larger than a run can read',
  })
}

function copyFaults({ certificate, manifest }: Backup, copy: RestoredCopy | null): string[] {
  if (copy === null) return [`its copy ${manifest.key} is gone`]
  const differing = differenceOf(copy, manifest)
  if (differing !== null) return [differing]
  const certified =
    certificate !== null && reaches(certificate.level, 'bytes') ? certificate.sha256 : copy.sha256
  return certified === copy.sha256
    ? []
    : [`the stored copy’s SHA-256 is ${copy.sha256}, of what was certified ${certified}`]
}

async function manifestFaults(
  { store }: CustodyOptions,
  { certificate, manifest: { id } }: Backup,
): Promise<string[]> {
  const text = await textAt(store, keys.manifest(id))
  if (text === null) return ['its manifest is gone']
  const certified = certificate?.manifest
  return certified === undefined || certified === sha256Of(text)
    ? []
    : ['its manifest is not as it was certified']
}
