/** A stored record and the revision to name when replacing it. */
export interface StoredRecord {
  readonly key: string
  readonly value: string
  readonly revision: string
}

/**
 * Small records under compare-and-set: what the ledger stands on. One SQLite database embedded,
 * objects with conditional writes on AWS.
 */
export interface RecordStore {
  /** The record, or null when it is absent. */
  get(key: string): Promise<StoredRecord | null>

  /**
   * Creates (`expected` null) or replaces the revision `expected`. Gives the new revision, or null
   * when the record is another one by now: nothing was written then.
   */
  put(key: string, value: string, expected: string | null): Promise<string | null>

  /** Deletes the revision `expected`; false when the record is another one by now. */
  delete(key: string, expected: string): Promise<boolean>

  /** Every record whose key starts with `prefix`, ascending. */
  list(prefix: string): Promise<readonly StoredRecord[]>
}
