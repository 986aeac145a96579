import type { KeyedRows } from '@hubkeeper/core'

/** Characters of a key that are kept. */
const kept = 200

/** A row's rowid, or what its key column says, in the database's bytes. */
export type RowKey = bigint | Buffer

/** The order in which rows are read: below 0, 0 or above. */
export function compareRowKeys(a: RowKey, b: RowKey): number {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a === b ? 0 : a < b ? -1 : 1
  if (typeof a === 'bigint' || typeof b === 'bigint') throw new TypeError('rows have keys of two kinds')
  return Buffer.compare(a, b)
}

/** Counts rows, and keeps the keys of the first of them. */
export class KeyCount {
  rows = 0
  readonly #keys: string[] = []
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  add(key: RowKey): void {
    this.rows += 1
    if (this.#keys.length < this.#limit) {
      this.#keys.push((typeof key === 'bigint' ? String(key) : key.toString('utf8')).slice(0, kept))
    }
  }

  result(): KeyedRows {
    return { rows: this.rows, keys: this.#keys }
  }
}
