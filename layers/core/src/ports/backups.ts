import * as z from 'zod'
import { type BackupManifest, type BackupReason, type Certificate, isProof } from '../certificate.ts'
import type { Snapshot } from './database.ts'
import type { Deletion } from './deletion.ts'
import type { Examination } from './examination.ts'

/** Who wants a backup kept, and why. */
export const pinSchema = z.strictObject({
  reason: z.string().min(1).max(500),
  by: z.string().min(1).max(100),
  at: z.iso.datetime(),
})

/** See {@link pinSchema}. */
export type Pin = Readonly<z.infer<typeof pinSchema>>

/** One stored backup with what is known of it. */
export interface Backup {
  readonly manifest: BackupManifest
  /** The newest one; null while unproven. */
  readonly certificate: Certificate | null
  /** Set while retention must keep it, whatever its age. */
  readonly pin: Pin | null
}

/** Whether a backup has a certificate that proves it. */
export const isProven = ({ certificate, manifest }: Backup): boolean =>
  certificate !== null && isProof(certificate) && certificate.sha256 === manifest.sha256

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
}

/** `backups: 'write'`. */
export interface BackupWriter extends BackupReader {
  /** Stores a snapshot; never over anything. The backup is unproven until {@link prove}. */
  create(snapshot: Snapshot, reason: BackupReason): Promise<Backup>
  /** Reads the stored copy back and certifies what is true of it. */
  prove(backup: Backup): Promise<Proof>
  /** Notes that the newest proven backup holds what the database held at a moment. */
  confirm(backup: Backup, heldAt: Date): Promise<void>
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
