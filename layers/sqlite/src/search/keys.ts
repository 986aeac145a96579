import { TextDecoder } from 'node:util'
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

/** How a database keeps its texts, as `PRAGMA encoding` says it. */
type TextEncoding = 'UTF-8' | 'UTF-16le' | 'UTF-16be'

/** Counts rows, and keeps the keys of the first of them. */
export class KeyCount {
  rows = 0
  readonly #keys: string[] = []
  readonly #limit: number
  readonly #text: TextDecoder

  /** @param encoding of keys that are bytes */
  constructor(limit: number, encoding: TextEncoding = 'UTF-8') {
    this.#limit = limit
    this.#text = new TextDecoder(encoding, { ignoreBOM: true })
  }

  add(key: RowKey): void {
    this.rows += 1
    if (this.#keys.length < this.#limit) {
      this.#keys.push((typeof key === 'bigint' ? String(key) : this.#text.decode(key)).slice(0, kept))
    }
  }

  result(): KeyedRows {
    return { rows: this.rows, keys: this.#keys }
  }
}
