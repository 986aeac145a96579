/** Which rows to read of a table, for comparing them with what was made from them. */
export interface RowsRequest {
  readonly table: string
  /** Those that the table lacks are left out of its rows. */
  readonly columns: readonly string[]
  /** Equal rows once. */
  readonly distinct: boolean
}

/**
 * What columns hold. A text of more than 10,000 characters and a BLOB are left out; an integer beyond what a
 * number holds exactly is a text of its digits.
 */
export type ReadRow = Readonly<Record<string, string | number | null>>

/** Rows of one table; what they say is content. */
export interface ReadRows {
  readonly table: string
  /** In the order of the table; null where there is no such table, or it has more rows than were asked for. */
  readonly rows: readonly ReadRow[] | null
  readonly tooMany: boolean
}
