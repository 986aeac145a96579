import type { ContentDigest, Examination, ExaminationPart, Outcome } from './examination.ts'
import type { Statement, TimedStatement, TimingRequest } from './statements.ts'

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
  /** Runs each statement, read only, in a process of its own that is ended at the limit. */
  timeStatements(statements: readonly Statement[], request: TimingRequest): Promise<readonly TimedStatement[]>
  /**
   * Queries that a hub with such a schema is likely to make, at most four: a search in its full-text
   * indexes, the rows of its largest table and one of them. What they say is content: show their names only.
   */
  guessStatements(): Promise<Outcome<readonly Statement[]>>
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

/** What VACUUM did with a copy. */
export interface VacuumRehearsal {
  /** Size of the copy afterwards, bytes. */
  readonly bytes: number
  /** How long writers would have been held up, checkpoint included, seconds. */
  readonly lockSeconds: number
  /** Tables whose rows VACUUM in place may number anew, by their definition. */
  readonly renumbers: readonly string[]
  /** Of the copy afterwards. */
  readonly digest: ContentDigest
  /** Free on the disk of the live database, bytes. */
  readonly freeBytes: number
}

/** What to do inside a live database. */
export interface InPlaceRequest {
  /** A full ANALYZE instead of what `PRAGMA optimize` would analyse. */
  readonly analyze: boolean
  /** Full-text indexes to merge, a few pages at a time. */
  readonly searchIndexes: readonly string[]
  /** Give free pages back, a few at a time; for `auto_vacuum = incremental`. */
  readonly freePages: boolean
  readonly vacuum: boolean
  /** What one lock may take where the work can be divided, seconds. */
  readonly lockBudgetSeconds: number
}

/** One kind of step in a live database. */
export interface InPlaceStep {
  /** `ANALYZE "main"."articles"`, `merging article_search`, `VACUUM`. */
  readonly name: string
  /** How often the lock was taken for it. */
  readonly locks: number
  /** How long writers were held out, all together, seconds. */
  readonly lockSeconds: number
  /** The longest of it at a time, seconds. */
  readonly longestLockSeconds: number
  /** Why it was not done to its end; null when it was. */
  readonly unfinished: string | null
}

/** A consistent copy that is only looked at. */
export type Look = Pick<Snapshot, 'bytes' | 'examine' | 'dispose'>

/** What was done inside a live database. */
export interface InPlaceWork {
  /** Taken right before the first step. */
  readonly before: Look
  /** Taken right after the last one. */
  readonly after: Look
  /** Commits of other connections between both snapshots; null: at least one, they could not be counted. */
  readonly foreignCommits: number | null
  readonly steps: readonly InPlaceStep[]
  /** Size of the write-ahead log afterwards, bytes. */
  readonly walBytes: number
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
  /**
   * Does with a copy of a snapshot on scratch disk what VACUUM would do in place: tells how long that
   * locks writers out here and now, and what it changes. The hub is not touched.
   */
  rehearseVacuum(snapshot: Snapshot): Promise<Outcome<VacuumRehearsal>>
  /**
   * Works in a live database, under SQLite's own locks and in short steps between its writers', with a
   * snapshot before and one after. What was done when a lock never clears stays done.
   *
   * @throws HubkeeperError
   */
  maintainInPlace(request: InPlaceRequest): Promise<Outcome<InPlaceWork>>
  /** The same database while its server is stopped: as one that nobody should have open. */
  atRest(): DatabaseMaintainer
}

/** What a replacement came to. */
export interface Replacement {
  /** Null when it went into a live database. */
  readonly etag: string | null
  /**
   * Commits that went into a live database since its last snapshot, and were replaced with it; null when
   * they cannot be counted.
   */
  readonly foreignCommits: number | null
  /**
   * Commits of others from that snapshot until now, the replaced ones among them; null when there may be some
   * that cannot be counted.
   */
  commitsSince(): number | null
}

/** `database: 'restore'`. */
export interface DatabaseRestorer extends DatabaseReader {
  /**
   * Makes the content of the file at `path` the database's own: in one transaction into one that is live or
   * in use, else in the place of the version `expected` (null: there is none). Journal mode, owner and mode
   * stay those of the database.
   */
  replace(path: string, expected: { etag: string | null }): Promise<Outcome<Replacement>>
  /**
   * The file's bytes as they are, for safekeeping where no consistent snapshot can be had of it;
   * null when there is no file.
   */
  rawCopy(): Promise<Snapshot | null>
  /** ETag of the stored or offline database now; null when absent or live. */
  etag(): Promise<string | null>
  /** The same database while its server is stopped: as one that nobody should have open. */
  atRest(): DatabaseRestorer
}
