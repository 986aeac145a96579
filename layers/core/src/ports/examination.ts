/** Why a database could not be used as one. */
export type FaultKind =
  | 'missing'
  | 'empty'
  | 'not-a-database'
  | 'corrupt'
  | 'locked'
  | 'no-access'
  | 'no-space'
  | 'hot-journal'
  | 'needs-extension'
  | 'other'

/** Trouble with a database file, found and named. */
export interface Fault {
  readonly kind: FaultKind
  /** One sentence that names the file and what is wrong with it. */
  readonly message: string
  /** Collations, modules or functions that this engine lacks. */
  readonly missing: readonly string[]
}

/** What became of one look at something: a value, or the reason why there is none. */
export type Outcome<T> =
  | { readonly state: 'done'; readonly value: T }
  | { readonly state: 'fault'; readonly fault: Fault }
  | {
      readonly state: 'stopped'
      readonly by: 'time-limit' | 'memory-limit' | 'crash'
      readonly detail: string
    }
  | { readonly state: 'skipped'; readonly reason: string }

/** The parts an examination can have; `structure` is always among them. */
export const examinationParts = [
  'structure',
  'integrity',
  'foreign-keys',
  'search-indexes',
  'hazards',
  'digest',
  'contents',
  'statistics',
] as const

/** One of {@link examinationParts}. */
export type ExaminationPart = (typeof examinationParts)[number]

/** What the header and the schema say. */
export interface Structure {
  readonly bytes: number
  readonly pageSize: number
  readonly pageCount: number
  readonly freelistPages: number
  /** As the header says: a rollback journal, or WAL. */
  readonly journalMode: 'rollback' | 'wal'
  readonly autoVacuum: 'none' | 'full' | 'incremental'
  readonly encoding: string
  readonly userVersion: number
  readonly applicationId: number
  readonly tables: number
  /** `sqlite_version()` of the engine that looked. */
  readonly engineVersion: string
  /** Version of the engine that wrote the file last, `3.45.1`; null where the header has none. */
  readonly writerVersion: string | null
  /** Collations and modules that the schema needs and this engine lacks. */
  readonly missing: readonly string[]
}

/** Rows of one table whose parent is missing. */
export interface ForeignKeyViolation {
  readonly table: string
  readonly parent: string
  readonly rows: number
}

/** What one full-text index is and what is wrong with it. */
export interface SearchIndexCheck {
  readonly name: string
  /** `fts5`, `fts4`, `fts3`. */
  readonly module: string
  readonly content: 'own' | 'external' | 'contentless'
  /** Done with null: sound. Done with text: broken, in the engine's words. */
  readonly outcome: Outcome<string | null>
}

/** Something that is not wrong yet, or makes an operation unsafe. */
export interface Hazard {
  /** Stable name, such as `wal-reset-bug`, `litestream-tables`, `hot-journal`. */
  readonly name: string
  readonly severity: 'warning' | 'critical'
  readonly expected: string
  readonly actual: string
  readonly advice: string
}

/** One table's rows under the content digest. */
export interface TableDigest {
  readonly name: string
  readonly rows: number
  /** SHA-256, hex. */
  readonly digest: string
}

/** The content digest, version 1 (`docs/digest.md`). */
export interface ContentDigest {
  readonly version: 1
  /** SHA-256 over schema and tables, hex. */
  readonly value: string
  readonly tables: readonly TableDigest[]
}

/** What one table holds that counts for the content digest. */
export interface TableContents {
  readonly name: string
  /** Bytes of its rows as stored, wherever they lie: neither free space nor indexes, the same after VACUUM. */
  readonly payloadBytes: number
  /**
   * The newest point in time from 2000 until 2100 in it, by the names, types and values of its columns; ISO 8601
   * UTC. Null where none was found.
   */
  readonly newest: { readonly column: string; readonly at: string } | null
}

/** Size of one table with its indexes. */
export interface TableStatistics {
  readonly name: string
  readonly rows: number
  readonly bytes: number
  readonly indexBytes: number
}

/** Where the bytes of a database are, and what a rewrite would gain. */
export interface DatabaseStatistics {
  readonly tables: readonly TableStatistics[]
  /** Free pages and slack that VACUUM is likely to give back, bytes. */
  readonly reclaimableBytes: number
  /** Tables with an index of which the query planner knows nothing, or nothing true any more. */
  readonly staleStatistics: readonly string[]
  /** Full-text indexes in more than one segment. */
  readonly fragmentedSearchIndexes: readonly string[]
}

/** Everything that was looked at in one database file, by part. */
export interface Examination {
  readonly structure: Outcome<Structure>
  /** What `integrity_check` reports; empty is sound. */
  readonly integrity: Outcome<readonly string[]>
  readonly foreignKeys: Outcome<readonly ForeignKeyViolation[]>
  readonly searchIndexes: Outcome<readonly SearchIndexCheck[]>
  readonly hazards: Outcome<readonly Hazard[]>
  readonly digest: Outcome<ContentDigest>
  readonly contents: Outcome<readonly TableContents[]>
  readonly statistics: Outcome<DatabaseStatistics>
  /** Largest resident set of the process that looked, bytes; null where this machine does not tell. */
  readonly peakMemory: number | null
  /** How long each part took in the process that looked, seconds; without those that it did not end. */
  readonly seconds: Readonly<Partial<Record<ExaminationPart, number>>>
}

/** What the second engine made of a file. */
export interface CrossCheck {
  /** `sqlite_version()` of the second engine. */
  readonly engineVersion: string
  readonly integrity: readonly string[]
  /** Its own content digest. */
  readonly digest: string
  /** How long it took in a process of its own, seconds. */
  readonly seconds: number
}

/**
 * What became of the rows of one table between two files. Rows are the same ones by their rowid, or by their
 * primary key under BINARY in a table without rowid; in a table whose rowid cannot be read (`position-less`) by
 * all of their values, so that a changed row is one lost and one added. Where the keys of both files differ in
 * their definition no row is matched.
 */
export interface TableComparison {
  readonly name: string
  /** Null where the table is not there. */
  readonly rowsBefore: number | null
  /** Null where the table is not there. */
  readonly rowsAfter: number | null
  readonly added: number
  /** Rows under the same key whose values are other ones for the content digest. */
  readonly changed: number
  readonly lost: number
  /** How rows were matched; where the definitions differ, as the later one says. */
  readonly by: 'rowid' | 'primary-key' | 'position-less'
}
