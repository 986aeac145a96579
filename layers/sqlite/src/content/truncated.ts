import type { DatabaseSync } from 'node:sqlite'
import type { SharedLength } from '@hubkeeper/core'
import * as z from 'zod'
import type { Ledger } from './ledger.ts'
import type { Encoding } from './text.ts'

/** Shorter texts are as long as each other by chance. */
const leastLength = 1000
/** But for those at which columns and forms often cut: there it takes many texts, nearly all within a sentence. */
const shortLimits = [255, 256, 500, 511, 512] as const
const mostWhole = 0.1
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
const countRow = z.object({ rows: z.number() })

type Unit = SharedLength['unit']

/** See {@link sharedLengths}. */
interface Looked {
  readonly encoding: Encoding
  /** Rows that are named of each length at most. */
  readonly examples: number
  /** Longer rows are oversized, bytes. */
  readonly maxRowBytes: number
}

/** Lengths at which texts were likely cut off, and how many rows that are not oversized; see `ContentFigures`. */
export function sharedLengths(
  database: DatabaseSync,
  ledger: Ledger,
  { encoding, examples, maxRowBytes }: Looked,
): { readonly truncated: SharedLength[]; readonly cutOff: number } {
  const inCharacters = lengthsIn(database, 'characters')
  // In UTF-16 each length in characters is one in bytes.
  const inBytes = encoding === 'UTF-8' ? lengthsIn(database, 'bytes') : []
  const onlyBytes = inBytes.filter(
    ({ length, rows }) => !inCharacters.some((other) => other.length === length && other.rows >= rows),
  )
  const onlyCharacters = inCharacters.filter(
    ({ length }) => !onlyBytes.some((other) => other.length === length),
  )
  const all = [...onlyCharacters, ...onlyBytes]
  const truncated = all
    .sort((a, b) => b.rows - a.rows || b.length - a.length)
    .slice(0, mostLengths)
    .map((shared) => ({
      ...shared,
      examples: firstOf(database, shared.unit, shared.length, examples).map((ord) => ledger.rowAt(ord)),
    }))
  return { truncated, cutOff: rowsAt(database, all.filter(isCut), maxRowBytes) }
}

/** Texts that end with a sentence may be of one length because they were made alike. */
const isCut = ({ endWithin, rows }: Pick<SharedLength, 'endWithin' | 'rows'>): boolean => endWithin * 2 > rows

function lengthsIn(database: DatabaseSync, unit: Unit): Omit<SharedLength, 'examples'>[] {
  database.exec(`
    CREATE TEMP TABLE hubkeeper_lengths (length INTEGER PRIMARY KEY, rows, texts, within);
    INSERT INTO temp.hubkeeper_lengths
      SELECT ${unit}, count(*), count(DISTINCT exact), sum(ends_within) FROM temp.hubkeeper_rows
      WHERE kind = 'text' AND ${unit} >= ${shortLimits[0] - neighbours} GROUP BY ${unit};`)
  try {
    return database
      .prepare(
        `SELECT length, rows, within AS endWithin FROM temp.hubkeeper_lengths AS a
         WHERE (length >= ${leastLength} AND texts >= ${leastTexts} AND (within * 2 > rows OR texts >= ${enoughTexts})
             OR length IN (${shortLimits.join(', ')}) AND texts >= ${enoughTexts}
               AND rows - within <= rows * ${mostWhole})
           AND texts >= ${leastTexts} + CAST(${timesNeighbours} / ${2 * neighbours}.0 * (
             SELECT coalesce(sum(texts), 0) FROM temp.hubkeeper_lengths AS b
             WHERE b.length BETWEEN a.length - ${neighbours} AND a.length + ${neighbours}
               AND b.length <> a.length) AS INTEGER)
         ORDER BY rows DESC`,
      )
      .all()
      .map((row) => ({ ...lengthRow.parse(row), unit }))
  } finally {
    database.exec('DROP TABLE temp.hubkeeper_lengths')
  }
}

/** How many rows end at one of these lengths and are not oversized, each counted once. */
function rowsAt(
  database: DatabaseSync,
  lengths: readonly Pick<SharedLength, 'length' | 'unit'>[],
  maxRowBytes: number,
): number {
  if (lengths.length === 0) return 0
  const among = (unit: Unit): string =>
    `${unit} IN (${lengths.flatMap((each) => (each.unit === unit ? [each.length] : [])).join(', ')})`
  const found = database
    .prepare(
      `SELECT count(*) AS rows FROM temp.hubkeeper_rows
       WHERE kind = 'text' AND bytes <= ? AND (${among('characters')} OR ${among('bytes')})`,
    )
    .get(maxRowBytes)
  return countRow.parse(found).rows
}

function firstOf(database: DatabaseSync, unit: Unit, length: number, examples: number): bigint[] {
  const statement = database.prepare(
    `SELECT ord FROM temp.hubkeeper_rows WHERE kind = 'text' AND ${unit} = ? ORDER BY rowid LIMIT ?`,
  )
  statement.setReadBigInts(true)
  return statement.all(length, examples).map((row) => ordRow.parse(row).ord)
}
