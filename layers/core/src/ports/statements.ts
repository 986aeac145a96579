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
