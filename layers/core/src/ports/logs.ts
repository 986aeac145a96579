import type { Deletion } from './deletion.ts'

/** One of the hub's log files. */
export interface LogFile {
  /** Path under the hub's directory. */
  readonly key: string
  readonly bytes: number
  readonly modifiedAt: Date
}

/** The hub's logs, as configured. */
export interface LogSource {
  /** Files that the configured patterns match, and rotated ones of such logs, sorted by key. */
  files(): Promise<readonly LogFile[]>

  /**
   * A file's bytes from `start`, in chunks, memory bounded; up to the size the file has at the call.
   *
   * @throws ObjectMissingError when it is gone.
   * @throws HubkeeperError `precondition-failed` when it is cut below what was to be read.
   */
  read(key: string, start?: number): AsyncIterable<Uint8Array>
}

/** How a live log is moved away: by another name, or by a copy. */
export type RotationMethod = 'rename' | 'copy-truncate'

/** Files that are in use. */
export interface OpenFiles {
  readonly keys: ReadonlySet<string>
  /** Why others may be in use as well, in words; null where these are all. */
  readonly unseen: string | null
}

/** What became of a log that was rotated. */
export interface Rotated {
  /** Bytes that its new file holds. */
  readonly bytes: number
  /**
   * Zero bytes at its beginning, which were left out: its server does not append, and went on where it
   * was when the log was last truncated.
   */
  readonly hole: number
}

/** `logs: 'rotate'`. Live logs go on growing; any other file is left when it is no longer as it was listed. */
export interface LogRotator extends LogSource {
  /** Why logs are looked after elsewhere, in words; null where they are rotated or expired from here. */
  readonly elsewhere: string | null
  /** Why logs are not rotated from here, only expired, in words; null where they are rotated. */
  readonly expiredOnly: string | null
  /** Finishes what a run that was killed left half done; gives what that was, in words. */
  tidy(): Promise<readonly string[]>
  /** Keys that a process of this machine has open; null where the machine does not tell. */
  open(): Promise<OpenFiles | null>
  /**
   * Moves what a live log holds to `target`, which must be new: by renaming the log, for servers that
   * open it again; or by copying and truncating it, for those that keep it open.
   *
   * @throws ObjectMissingError when it is gone.
   * @throws HubkeeperError `precondition-failed` when it shrank, is no text, or `target` is there already.
   */
  rotate(file: LogFile, target: string, method: RotationMethod): Promise<Rotated>
  /**
   * Compresses a rotated log to its key with `.gz`, which is read back before the log is deleted; gives
   * the bytes that it takes then.
   *
   * @throws ObjectMissingError when it is gone.
   * @throws HubkeeperError `precondition-failed` when it changed, or something else lies at that key.
   */
  compress(file: LogFile): Promise<number>
  /** Deletes a rotated log that is still as `file` says. */
  delete(file: LogFile): Promise<Deletion>
}
