import type { SchemaObject } from '../schema/full-text.ts'

/** A value as SQLite stores it; text comes as a blob of its bytes. */
export type StoredValue = null | bigint | number | string | Uint8Array

/** A column of a table that holds stored values. */
export interface Column {
  readonly name: string
  /** Place in the primary key, from 1; 0 when it is not part of it. */
  readonly keyPosition: number
}

/**
 * Names of the tables without rowid: only of them does `index_info` know by the name of a table. `table_list`
 * says it as well, but not before it has resolved every view, and of hostile ones that does not end.
 */
export const withoutRowidQuery = `
  SELECT name FROM sqlite_schema
  WHERE type = 'table' AND EXISTS (SELECT 1 FROM pragma_index_info(sqlite_schema.name, 'main'))`

/** What a digest reads from; one per engine. */
export interface RowSource {
  /** Every object of the schema. */
  schema(): SchemaObject[]
  /** Columns that are stored: no generated and no hidden ones. */
  columns(table: string): Column[]
  /** Names of the tables without rowid. */
  tablesWithoutRowid(): Set<string>
  /** Rows of a query, one at a time; integers as bigint. */
  rows(sql: string): Iterable<readonly StoredValue[]>
  /** The value of a pragma that gives one. */
  pragma(name: 'user_version' | 'application_id' | 'encoding'): bigint | string
}
