import type { DatabaseSync } from 'node:sqlite'
import type { SharedLength } from '@hubkeeper/core'
import * as z from 'zod'
import type { Ledger } from './ledger.ts'
import type { Encoding } from './text.ts'

/** Shorter texts are as long as each other by chance. */
const leastLength = 1000
/** Different texts that end at one length. */
const leastTexts = 3
/** Lengths on either side that tell how many texts end at one by chance. */
const neighbours = 50
const timesNeighbours = 20
/** So many different texts are taken for cut off however they end. */
const enoughTexts = 10
/** Lengths that are told of at most. */
const mostLengths = 20

const lengthRow = z.object({ length: z.number(), rows: z.number(), endWithin: z.number() })
const ordRow = z.object({ ord: z.bigint() })

type Unit = SharedLength['unit']

/** Lengths at which texts were likely cut off; see `ContentFigures.truncated`. */
export function sharedLengths(
  database: DatabaseSync,
  ledger: Ledger,
  encoding: Encoding,
  examples: number,
): SharedLength[] {
  const inCharacters = lengthsIn(database, 'characters')
  // In UTF-16 each length in characters is one in bytes.
  const inBytes = encoding === 'UTF-8' ? lengthsIn(database, 'bytes') : []
  const onlyBytes = inBytes.filter(
    ({ length, rows }) => !inCharacters.some((other) => other.length === length && other.rows >= rows),
  )
  const onlyCharacters = inCharacters.filter(
    ({ length }) => !onlyBytes.some((other) => other.length === length),
  )
  return [...onlyCharacters, ...onlyBytes]
    .sort((a, b) => b.rows - a.rows || b.length - a.length)
    .slice(0, mostLengths)
    .map((shared) => ({
      ...shared,
      examples: firstOf(database, shared.unit, shared.length, examples).map((ord) => ledger.rowAt(ord)),
    }))
}

function lengthsIn(database: DatabaseSync, unit: Unit): Omit<SharedLength, 'examples'>[] {
  database.exec(`
    CREATE TEMP TABLE hubkeeper_lengths (length INTEGER PRIMARY KEY, rows, texts, within);
    INSERT INTO temp.hubkeeper_lengths
      SELECT ${unit}, count(*), count(DISTINCT exact), sum(ends_within) FROM temp.hubkeeper_rows
      WHERE kind = 'text' AND ${unit} >= ${leastLength - neighbours} GROUP BY ${unit};`)
  try {
    return database
      .prepare(
        `SELECT length, rows, within AS endWithin FROM temp.hubkeeper_lengths AS a
         WHERE length >= ${leastLength} AND texts >= ${leastTexts}
           AND (within * 2 > rows OR texts >= ${enoughTexts})
           AND texts >= ${leastTexts} + CAST(${timesNeighbours} / ${2 * neighbours}.0 * (
             SELECT coalesce(sum(texts), 0) FROM temp.hubkeeper_lengths AS b
             WHERE b.length BETWEEN a.length - ${neighbours} AND a.length + ${neighbours}
               AND b.length <> a.length) AS INTEGER)
         ORDER BY rows DESC LIMIT ${mostLengths}`,
      )
      .all()
      .map((row) => ({ ...lengthRow.parse(row), unit }))
  } finally {
    database.exec('DROP TABLE temp.hubkeeper_lengths')
  }
}

function firstOf(database: DatabaseSync, unit: Unit, length: number, examples: number): bigint[] {
  const statement = database.prepare(
    `SELECT ord FROM temp.hubkeeper_rows WHERE kind = 'text' AND ${unit} = ? ORDER BY rowid LIMIT ?`,
  )
  statement.setReadBigInts(true)
  return statement.all(length, examples).map((row) => ordRow.parse(row).ord)
}
