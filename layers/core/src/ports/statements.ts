import type { Outcome } from './examination.ts'

/** A query of the hub, under the name that reports give it. */
export interface Statement {
  readonly name: string
  /** One SELECT without parameters. */
  readonly sql: string
}

/** How to time statements. */
export interface TimingRequest {
  /** How often each is run at most, the first time included. */
  readonly samples: number
  /** A statement that takes longer is ended, ms. It is not repeated once it has taken a third of that. */
  readonly timeLimit: number
}

/** How long a statement took until its last row. */
export interface StatementTiming {
  /** With nothing in SQLite’s own cache, seconds; the operating system may have the file in its. */
  readonly first: number
  /** Seconds of each repetition; empty where it was too slow to be repeated. */
  readonly repeated: readonly number[]
  readonly rows: number
}

/** What became of one statement. Its rows are counted, and never kept. */
export interface TimedStatement {
  readonly name: string
  readonly outcome: Outcome<StatementTiming>
  /** Tables of more than 10,000 rows that it reads from end to end, as its query plan says. */
  readonly fullScans: readonly string[]
}

/** How to benchmark statements. */
export interface BenchmarkRequest {
  /** How often each is run at most, with a cold cache and with a warm one. */
  readonly samples: number
  /** Run it with an empty page cache as well. */
  readonly cold: boolean
  /** A statement that takes longer is ended, ms; all of its runs take no more than that. */
  readonly timeLimit: number
}

/** How long several runs took, seconds. Percentiles by nearest rank: each is the time of a run. */
export interface RunTimes {
  readonly samples: number
  readonly p50: number
  readonly p95: number
}

/** How long one statement takes until its last row. */
export interface StatementRuns {
  /** Its very first run, with nothing in SQLite’s own cache, seconds. */
  readonly first: number
  /**
   * On a new connection each time, with nothing in SQLite’s own cache: the operating system has the file in
   * its, so that no disk is measured. Null when it was not asked for.
   */
  readonly cold: RunTimes | null
  /** On one connection, after a first run that does not count; null when it was too slow to be repeated. */
  readonly warm: RunTimes | null
  readonly rows: number
}

/** A table that a statement reads from end to end; not one of which a limit spares it all but the first rows. */
export interface FullScan {
  readonly table: string
  readonly rows: number
}

/**
 * An index with which SQLite would not read a table from end to end, or would not sort: found by what the text of
 * a statement compares and orders by, and tried on an empty database of the same schema. How much faster it makes
 * the statement, and how much slower every write, is not told.
 */
export interface IndexSuggestion {
  readonly table: string
  /** Compared for equality first, then one that is compared for a range, or those that are ordered by. */
  readonly columns: readonly string[]
  readonly sql: string
}

/** What became of one statement. */
export interface StatementBenchmark {
  readonly name: string
  readonly outcome: Outcome<StatementRuns>
  /** What `EXPLAIN QUERY PLAN` says, a line each; it may hold names of the hub’s. */
  readonly plan: readonly string[]
  /** Whatever their size; a scan for an aggregate over all rows is one as well. */
  readonly fullScans: readonly FullScan[]
  /** Lines of the plan in which SQLite makes an index for the time of the statement. */
  readonly automaticIndexes: readonly string[]
  readonly missingIndexes: readonly IndexSuggestion[]
}

/** What the query planner knows of one table. */
export interface TableAnalysis {
  readonly table: string
  readonly rows: number
  readonly indexed: boolean
  /** Rows when ANALYZE last looked; null where it never did. With `PRAGMA analysis_limit` an estimate. */
  readonly analysedRows: number | null
  /** Has an index and rows, and was never analysed or has ten times as many rows as then, or as few. */
  readonly stale: boolean
}

/** What a benchmark gives. */
export interface Benchmark {
  readonly statements: readonly StatementBenchmark[]
  /**
   * Every table with rows of its own; none in which a full-text index keeps itself, and none without an index
   * that cannot be read.
   */
  readonly analysis: Outcome<readonly TableAnalysis[]>
}
