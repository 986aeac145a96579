import type {
  ContentProfile,
  ContentRequest,
  ContentTable,
  SearchComparison,
  SearchRequest,
  SearchSource,
} from './content.ts'
import type { ContentDigest, Examination, ExaminationPart, Outcome } from './examination.ts'
import type { ReadRows, RowsRequest } from './rows.ts'
import type { Benchmark, BenchmarkRequest, Statement, TimedStatement, TimingRequest } from './statements.ts'

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
  /** How long each statement takes, cold and warm, and what its plan could do without; read only, each in a process of its own. */
  benchmark(statements: readonly Statement[], request: BenchmarkRequest): Promise<Benchmark>
  /** Tables that are likely to hold content, by the names of their tables and columns; the best guess first. */
  guessContent(): Promise<Outcome<readonly ContentTable[]>>
  /**
   * What the content of each table is like; memory does not grow with its rows. A table that is not there, or
   * cannot be read, has that as its outcome; the whole is no value only when nothing can be read of the file.
   */
  profileContent(request: ContentRequest): Promise<Outcome<readonly ContentProfile[]>>
  /** Every full-text table against what it is made from, row by row. */
  compareSearchTables(request: SearchRequest): Promise<Outcome<readonly SearchComparison[]>>
  /** Rows of small tables, at most `maxRows` of each, with what some columns hold. */
  readRows(tables: readonly RowsRequest[], maxRows: number): Promise<Outcome<readonly ReadRows[]>>
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
  /** Of each full-text index that was to be rebuilt. */
  readonly rebuilt?: readonly RebuiltIndex[]
}

/** A full-text index before and after it was made anew from its content. */
export interface RebuiltIndex {
  readonly index: string
  /** Null where it was; else why not, in words: it is contentless, absent, or takes too long in place. */
  readonly refused: string | null
  /** Whether it can be made anew all the same while nobody has the database open. */
  readonly atRest?: boolean
  /** With all of its tables; null where that cannot be told. */
  readonly bytesBefore: number | null
  readonly bytesAfter: number | null
  /** Median of a search for a word that occurs in it, seconds; null where it could not be searched. */
  readonly searchBefore: number | null
  readonly searchAfter: number | null
}

/** What a rewrite is asked to do. */
export interface RewriteRequest {
  /** Run a full ANALYZE instead of `PRAGMA optimize`. */
  readonly analyze: boolean
  /** Full-text indexes to merge first. */
  readonly searchIndexes: readonly string[]
  /** Full-text indexes to make anew from their content, and to merge; never a contentless one. */
  readonly rebuild?: readonly string[]
  /** Full-text indexes with content of their own, among those to rebuild, whose rows become those of their source. */
  readonly mend?: readonly SearchSource[]
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
  /**
   * Full-text indexes to make anew from their content, each under one lock; only those for which 1.5 times of
   * what it took with a copy is within the budget.
   */
  readonly rebuild?: readonly string[]
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
  /** Of each full-text index that was to be rebuilt. */
  readonly rebuilt?: readonly RebuiltIndex[]
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
