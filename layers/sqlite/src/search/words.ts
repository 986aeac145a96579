import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import { scalar } from '../engine/connection.ts'
import { quoteName } from '../schema/quote.ts'

/** Indexes up to this size are compared word by word: a sum is kept of each of their rows. */
const mostDocuments = 200_000
const mostBytes = 64 * 1024 ** 2

/** Why the words of an FTS5 index are not compared, in words; null where they are. */
export function mayCompareWords(database: DatabaseSync, index: string): string | null {
  const documents = scalar(database, 'SELECT count(*) FROM temp.hubkeeper_sizes', 'number')
  if (documents > mostDocuments) return `it has more than ${mostDocuments} rows`
  const data = quoteName(`${index}_data`)
  const bytes = scalar(database, `SELECT coalesce(sum(length(block)), 0) FROM ${data}`, 'number')
  return bytes > mostBytes ? 'it is larger than 64 MiB' : null
}

const instance = z.tuple([
  z.union([z.string(), z.instanceof(Uint8Array)]),
  z.bigint(),
  z.union([z.string(), z.null()]),
  z.union([z.bigint(), z.null()]),
])

/** A sum over all words of each row, which another word or place changes. */
export function sumsOfDocuments(database: DatabaseSync, index: string): Map<bigint, number> {
  database.exec(
    `CREATE VIRTUAL TABLE temp.hubkeeper_instances USING fts5vocab(main, ${quoteName(index)}, instance)`,
  )
  try {
    const statement = database.prepare('SELECT term, doc, col, offset FROM temp.hubkeeper_instances')
    statement.setReadBigInts(true)
    statement.setReturnArrays(true)
    const sums = new Map<bigint, number>()
    for (const row of statement.iterate()) {
      const [term, document, column, offset] = instance.parse(row)
      const sum = mixed(`${term}\0${column}\0${offset}`)
      sums.set(document, ((sums.get(document) ?? 0) + sum) % modulus)
    }
    return sums
  } finally {
    database.exec('DROP TABLE temp.hubkeeper_instances')
  }
}

const modulus = 2 ** 52

/** Two FNV-1a hashes of 26 bits each, side by side: sums of them do not depend on the order. */
function mixed(text: string): number {
  let [a, b] = [0x811c9dc5, 0x01000193]
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193)
    b = Math.imul(b ^ text.charCodeAt(i), 0x85ebca6b)
    b ^= b >>> 13
  }
  return (a >>> 6) * 2 ** 26 + (b >>> 6)
}
