import type { BackupManifest, BackupReason, Certificate } from '../certificate.ts'
import type { Snapshot } from './database.ts'
import type { Examination } from './examination.ts'

/** One stored backup with what is known of it. */
export interface Backup {
  readonly manifest: BackupManifest
  /** The newest one; null while unproven. */
  readonly certificate: Certificate | null
}

/** Something under the backups' prefix that is not a whole backup. */
export interface StrayBackup {
  readonly id: string
  readonly reason: string
}

/** Everything there is, oldest first. */
export interface BackupList {
  readonly backups: readonly Backup[]
  readonly strays: readonly StrayBackup[]
}

/** A stored backup, read back to scratch disk. */
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
}

/** `backups: 'read'`. */
export interface BackupReader {
  list(): Promise<BackupList>
  /**
   * By id, `latest` (the newest proven), or the newest proven one at or before a moment.
   * Null when there is none.
   */
  find(selector: string | Date): Promise<Backup | null>
  /** The newest proven one, and until when its content is known to be current. */
  newestProven(): Promise<{ backup: Backup; currentAt: Date } | null>
  /** Reads the stored copy back to scratch disk. @throws HubkeeperError */
  restoreToScratch(backup: Backup): Promise<RestoredCopy>
  /** Checks a restored copy as a proof does, issuing nothing. */
  examine(copy: RestoredCopy): Promise<Examination>
}

/** `backups: 'write'`. */
export interface BackupWriter extends BackupReader {
  /** Stores a snapshot; never over anything. The backup is unproven until {@link prove}. */
  create(snapshot: Snapshot, reason: BackupReason): Promise<Backup>
  /** Reads the stored copy back and certifies what is true of it. */
  prove(backup: Backup): Promise<Proof>
  /** Notes that the newest proven backup still holds what the database holds. */
  confirm(backup: Backup): Promise<void>
}
