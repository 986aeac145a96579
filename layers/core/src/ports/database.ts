import type { ContentDigest, Examination, ExaminationPart, Outcome } from './examination.ts'

/**
 * Who owns the database: a running server, nobody, or the store itself. Decides how it may be read
 * and changed; see `docs/database.md`.
 */
export type Authority = 'server' | 'offline' | 'store'

/** A consistent copy of the database on scratch disk, free to be read and checked. */
export interface Snapshot {
  /** File on scratch disk. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
  /** ETag of the version that was copied, byte for byte; null for anything else. */
  readonly sourceEtag: string | null
  readonly takenAt: Date
  examine(parts: readonly ExaminationPart[]): Promise<Examination>
  /** Removes the file. */
  dispose(): Promise<void>
}

/** `database: 'read'`. */
export interface DatabaseReader {
  /** Key of the database: the subject of its findings. */
  readonly key: string
  readonly authority: Authority
  /** What is read here is a copy that the hub's server pushed; the database itself is elsewhere. */
  readonly replica: boolean
  /**
   * What shows that a database that nobody should have open is in use, in words: a journal beside
   * it, a process that has it open. Empty for a live one, where that is as it should be.
   */
  signsOfUse(): Promise<readonly string[]>
  /** A consistent copy; a fault when there is none to be had. @throws HubkeeperError */
  snapshot(): Promise<Outcome<Snapshot>>
}

/** A compact copy of a snapshot on scratch disk, checked. */
export interface RewrittenCopy {
  readonly path: string
  readonly bytes: number
  readonly digest: ContentDigest
}

/** What a rewrite is asked to do. */
export interface RewriteRequest {
  /** Run a full ANALYZE instead of `PRAGMA optimize`. */
  readonly analyze: boolean
  /** Full-text indexes to merge first. */
  readonly searchIndexes: readonly string[]
}

/** `database: 'maintain'`. */
export interface DatabaseMaintainer extends DatabaseReader {
  /** Writes a compact copy of a snapshot to scratch disk and checks it; the hub is not touched. */
  rewrite(snapshot: Snapshot, request: RewriteRequest): Promise<Outcome<RewrittenCopy>>
  /**
   * Puts a rewritten copy in the place of exactly the version that `snapshot` is of. The caller has
   * proven that both have the same content.
   *
   * @throws PreconditionFailedError when the database is another one by now, or in use.
   */
  publish(copy: RewrittenCopy, snapshot: Snapshot): Promise<void>
  /** `PRAGMA optimize` (or ANALYZE) under SQLite's own locks; for a live database. */
  optimizeInPlace(request: { analyze: boolean }): Promise<Outcome<{ statements: readonly string[] }>>
}

/** `database: 'restore'`. */
export interface DatabaseRestorer extends DatabaseReader {
  /**
   * Makes the content of the file at `path` the database's own: in one transaction into a live
   * one, else in the place of the version `expected` (null: there is none).
   */
  replace(path: string, expected: { etag: string | null }): Promise<Outcome<{ etag: string | null }>>
  /**
   * The file's bytes as they are, for safekeeping where no consistent snapshot can be had of it;
   * null when there is no file.
   */
  rawCopy(): Promise<Snapshot | null>
  /** ETag of the stored or offline database now; null when absent or live. */
  etag(): Promise<string | null>
}
