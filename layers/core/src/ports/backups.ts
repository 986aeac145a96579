import * as z from 'zod'
import {
  type BackupFile,
  type BackupManifest,
  type BackupReason,
  type Certificate,
  isProof,
} from '../certificate.ts'
import type { Restoration } from '../restoration/record.ts'
import type { Snapshot } from './database.ts'
import type { Deletion } from './deletion.ts'
import type { Examination, Outcome, TableComparison } from './examination.ts'
import type { Statement, TimedStatement, TimingRequest } from './statements.ts'

/** Who wants a backup kept, and why. */
export const pinSchema = z.strictObject({
  reason: z.string().min(1).max(500),
  by: z.string().min(1).max(100),
  at: z.iso.datetime(),
})

/** See {@link pinSchema}. */
export type Pin = Readonly<z.infer<typeof pinSchema>>

/** Why a backup does not count though it may be proven: content vanished from it. */
export const quarantineSchema = z.strictObject({
  reason: z.string().min(1),
  /** ULID of the run that found it. */
  run: z.string(),
  since: z.iso.datetime(),
})

/** See {@link quarantineSchema}. */
export type Quarantine = Readonly<z.infer<typeof quarantineSchema>>

/** One stored backup with what is known of it. */
export interface Backup {
  readonly manifest: BackupManifest
  /** The newest one; null while unproven. */
  readonly certificate: Certificate | null
  /** Set while retention must keep it, whatever its age. */
  readonly pin: Pin | null
  /** Set until a person accepts it. */
  readonly quarantine: Quarantine | null
}

/** Whether a backup counts: a certificate proves it, and nothing vanished from it. */
export const isProven = ({ certificate, manifest, quarantine }: Backup): boolean =>
  quarantine === null &&
  certificate !== null &&
  isProof(certificate) &&
  certificate.sha256 === manifest.sha256

/**
 * The newest proven one that no restore made, else the newest proven one; null where nothing is proven. A restore
 * that was cut short after its safety copy would otherwise, when it is asked for again, put back what it was to
 * replace.
 *
 * @param backups oldest first
 */
export const newestMade = (backups: readonly Backup[]): Backup | null =>
  backups.findLast((backup) => isProven(backup) && backup.manifest.reason !== 'safety') ??
  backups.findLast(isProven) ??
  null

/** Bytes of a backup with its files. */
export const backupBytes = ({ manifest: { bytes, files } }: Backup): number =>
  files.reduce((sum, file) => sum + file.bytes, bytes)

const ownId = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[0-9a-z]{6}$/

/** When a backup was taken, to the second, as its id tells; null for an id that is none of ours. */
export function momentOfId(id: string): Date | null {
  const match = ownId.exec(id)
  if (match === null) return null
  const moment = new Date(id.replace(ownId, '$1-$2-$3T$4:$5:$6Z'))
  return Number.isNaN(moment.getTime()) ? null : moment
}

/** Something under the backups' prefix that is not a whole backup. */
export interface StrayBackup {
  readonly id: string
  readonly reason: string
  /** What is missing of it, or wrong with it. */
  readonly lack: 'manifest' | 'sound-manifest' | 'copy'
  /** Whether there is a certificate among its parts: it was whole once. */
  readonly certified: boolean
  /** Of all its parts. */
  readonly bytes: number
  /** When the newest of its parts was written. */
  readonly writtenAt: Date
  readonly pin: Pin | null
}

/** Everything there is, oldest first. */
export interface BackupList {
  readonly backups: readonly Backup[]
  readonly strays: readonly StrayBackup[]
  /** Why it is not known which ones are pinned, in words; null where it is known. */
  readonly pinsUnreadable: string | null
  /** Why it is not known which ones are quarantined, in words; null where it is known. */
  readonly quarantineUnreadable: string | null
}

/** A stored backup, read back to scratch disk; where it lies, when that is on this machine. It is only read. */
export interface RestoredCopy {
  readonly backup: Backup
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  /** Whether every byte is as the manifest says. */
  readonly intact: boolean
  dispose(): Promise<void>
}

/** What a proof saw, with the certificate it led to. */
export interface Proof {
  readonly certificate: Certificate
  /** Null when the stored bytes were not even the ones that were written. */
  readonly examination: Examination | null
  readonly durationSeconds: number
  /** Set when it was put into quarantine. */
  readonly quarantine: Quarantine | null
}

/** A file of the hub, copied to scratch disk to be kept with a backup. */
export interface CopiedFile extends BackupFile {
  readonly path: string
}

/** A file that was kept with a backup, read back as a {@link RestoredCopy} is. */
export interface RestoredFile extends CopiedFile {
  /** Whether every byte is as the manifest says. */
  readonly intact: boolean
}

/** The bytes of a backup, read back and compared with its manifest and certificate. */
export interface Verification {
  /** Every byte that was read. */
  readonly bytes: number
  /** What differs, in words; empty when every byte is as certified. */
  readonly faults: readonly string[]
  readonly at: Date
}

/** One thing that is wrong with the chain of certificates. */
export interface ChainFault {
  readonly kind:
    | 'backup-without-certificate'
    | 'certificate-without-backup'
    | 'tampered'
    | 'reordered'
    | 'unchained'
    | 'chain-unreadable'
  /** Id of the backup; null for the chain itself. */
  readonly backup: string | null
  /** One sentence. */
  readonly message: string
}

/** How the certificates stand to each other and to the backups. */
export interface ChainCheck {
  /** Certificates in the chain whose backups are there. */
  readonly certificates: number
  /** Backups that retention deleted, whose place in the chain is kept. */
  readonly removed: number
  readonly faults: readonly ChainFault[]
}

/** How long ago each stored byte was last read back as certified. */
export interface Coverage {
  /** Bytes of all whole backups and their files. */
  readonly bytes: number
  /** The one that was not read for the longest time; null when there is no backup. */
  readonly oldest: { readonly backup: Backup; readonly verifiedAt: Date } | null
  /**
   * When each backup was last read back as certified, the longest ago first; of one that never was, when it
   * was taken.
   */
  readonly backups: readonly { readonly backup: Backup; readonly verifiedAt: Date; readonly bytes: number }[]
}

/** Tells, of what a proof saw and of every backup there is, why it must not count; null where it may. */
export type Guard = (
  certificate: Omit<Certificate, 'previous'>,
  known: readonly Backup[],
) => Promise<string | null>

/** `backups: 'read'`. */
export interface BackupReader {
  list(): Promise<BackupList>
  /**
   * By id, `latest` (the newest proven), or the newest proven one at or before a moment.
   * Null when there is none.
   */
  find(selector: string | Date): Promise<Backup | null>
  /**
   * The newest proven one, and until when its content is known to be current.
   *
   * @param among the backups there are, oldest first, where they were listed already
   */
  newestProven(among?: readonly Backup[]): Promise<{ backup: Backup; currentAt: Date } | null>
  /** Reads the stored copy back to scratch disk. @throws HubkeeperError */
  restoreToScratch(backup: Backup): Promise<RestoredCopy>
  /** Checks a restored copy as a proof does, issuing nothing. */
  examine(copy: RestoredCopy): Promise<Examination>
  /** Rows that differ, table by table, between two files at rest. */
  compare(before: string, after: string): Promise<Outcome<readonly TableComparison[]>>
  /**
   * Reads the files that were kept with a backup back to scratch disk: one for each, in the manifest's order.
   * What is gone is not intact.
   *
   * @throws HubkeeperError
   */
  restoreFiles(backup: Backup): Promise<readonly RestoredFile[]>
  /** The bytes of a restored file; null when there are more than `maxBytes`. */
  readRestored(file: RestoredFile, maxBytes: number): Promise<Uint8Array | null>
  /** As `Snapshot.timeStatements`, on a restored copy. */
  timeStatements(
    copy: RestoredCopy,
    statements: readonly Statement[],
    request: TimingRequest,
  ): Promise<readonly TimedStatement[]>
  /** As `Snapshot.guessStatements`, for a restored copy. */
  guessStatements(copy: RestoredCopy): Promise<Outcome<readonly Statement[]>>
  /** The last restore; null when there was none. */
  restoration(): Promise<Restoration | null>
  /** Walks the chain of certificates, and compares it with the backups there are. */
  checkChain(): Promise<ChainCheck>
  /** @param among the backups there are, where they were listed already */
  coverage(among?: readonly Backup[]): Promise<Coverage>
}

/** `backups: 'write'`. */
export interface BackupWriter extends BackupReader {
  /**
   * Stores a snapshot, and files of the hub with it; never over anything. The backup is unproven until
   * {@link prove}.
   */
  create(snapshot: Snapshot, reason: BackupReason, files?: readonly CopiedFile[]): Promise<Backup>
  /**
   * Reads the stored copy back and certifies what is true of it. What the guard objects to is put into
   * quarantine before it is certified.
   *
   * @throws ProofUnfinishedError when the time ran out: the next attempt goes on there
   */
  prove(backup: Backup, guard?: Guard): Promise<Proof>
  /**
   * Reads every byte of a backup back, and remembers when they were as certified.
   *
   * @throws HubkeeperError `time-limit` when it cannot be read in time; then nothing was read
   */
  verify(backup: Backup): Promise<Verification>
  /** Puts a backup into quarantine, or accepts it with null. */
  quarantine(backup: Backup, quarantine: Quarantine | null): Promise<void>
  /** Notes that the newest proven backup holds what the database held at a moment. */
  confirm(backup: Backup, heldAt: Date): Promise<void>
  /** Remembers a restore, in the place of the last one. */
  noteRestoration(restoration: Restoration): Promise<void>
  /** Keeps a backup from retention, or gives it back to it with null. */
  pin(backup: Backup, pin: Pin | null): Promise<void>
}

/**
 * `backups: 'prune'`: what retention may do. It can delete and nothing else. Pins are read again before
 * each deletion: what was pinned meanwhile is kept.
 */
export interface BackupPruner extends BackupReader {
  /** Deletes one backup, its manifest first, so that a half deleted one is never taken for whole. */
  delete(backup: Backup): Promise<Deletion>
  /** Deletes the parts of one that is not whole. */
  deleteStray(stray: StrayBackup): Promise<Deletion>
}
