import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ContentRow } from '@hubkeeper/core'
import * as z from 'zod'
import type { StoredKind } from './gather.ts'
import { shortText } from './short.ts'
import type { FoundTable } from './table.ts'
import type { TextFacts } from './text.ts'

/** What is kept of a value for comparing it with those of other rows. */
export interface LedgerRow {
  readonly kind: StoredKind
  /** The rowid, or the place in the table from 1. */
  readonly ord: bigint
  readonly bytes: number
  readonly exact: Buffer
  readonly normal: Buffer | null
  readonly facts: TextFacts | null
}

const name = z.object({ id: z.string(), title: z.string().nullable() })
const title = z.object({ title: z.string().nullable() })

/**
 * Hashes and lengths of all values, in a temporary table. It lies on scratch disk and is sorted there, so that
 * memory does not grow with it. Of no value more is kept than that.
 */
export class Ledger {
  readonly #database: DatabaseSync
  readonly #insert: StatementSync
  readonly #insertName: StatementSync | null
  readonly #nameOf: StatementSync | null

  constructor(database: DatabaseSync, { from, rowid, source }: FoundTable) {
    this.#database = database
    database.exec(`
      CREATE TEMP TABLE hubkeeper_rows (
        kind TEXT, exact BLOB, normal BLOB, ord INTEGER, bytes INTEGER, characters INTEGER, ends_within INTEGER)`)
    this.#insert = database.prepare('INSERT INTO temp.hubkeeper_rows VALUES (?, ?, ?, ?, ?, ?, ?)')
    if (rowid === null) {
      database.exec('CREATE TEMP TABLE hubkeeper_names (ord INTEGER PRIMARY KEY, id TEXT, title TEXT)')
      this.#insertName = database.prepare('INSERT INTO temp.hubkeeper_names VALUES (?, ?, ?)')
      this.#nameOf = database.prepare('SELECT id, title FROM temp.hubkeeper_names WHERE ord = ?')
    } else {
      this.#insertName = null
      this.#nameOf =
        source.title === undefined
          ? null
          : database.prepare(`SELECT ${shortText(source.title)} AS title FROM ${from} WHERE ${rowid} = ?`)
    }
  }

  begin(): void {
    this.#database.exec('BEGIN')
  }

  end(): void {
    this.#database.exec('COMMIT')
  }

  /** Keeps how a row is called that has no rowid. */
  name(ord: bigint, id: string, called: string | null): void {
    this.#insertName?.run(ord, id, called)
  }

  add({ bytes, exact, facts, kind, normal, ord }: LedgerRow): void {
    const within = facts === null ? null : Number(facts.endsWithin)
    this.#insert.run(kind, exact, normal, ord, bytes, facts?.characters ?? null, within)
  }

  /** How people find a row. */
  rowAt(ord: bigint): ContentRow {
    const found = this.#nameOf?.get(ord)
    if (this.#insertName !== null) return name.parse(found)
    return { id: String(ord), title: found === undefined ? null : title.parse(found).title }
  }
}
