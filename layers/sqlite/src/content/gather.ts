import { hash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { instantOf } from '../examine/timestamps.ts'
import { quoteName } from '../schema/quote.ts'
import { Ledger } from './ledger.ts'
import { shortKey, shortText } from './short.ts'
import type { FoundTable } from './table.ts'
import { Tallies } from './tallies.ts'
import { type Encoding, factsOf, type TextFacts } from './text.ts'

/** A longer text is only compared byte for byte, bytes: decoded it takes several times as much memory. */
const longestText = 4 * 1024 ** 2
/** A longer value is not read at all, bytes. */
export const longestRead = 16 * 1024 ** 2

/** Bytes of a hash that are kept: of 5 million texts, two different ones are the same with 1 in 10^25. */
const hashBytes = 16

/** Rows between two words of how far it is. */
const rowsPerWord = 20_000

/** What counts as trouble in a row, and how many rows are named. */
export interface GatherOptions {
  readonly maxRowBytes: number
  /** ms since 1970. */
  readonly staleBefore: number
  /** What was changed later has not been yet, ms since 1970. */
  readonly aheadAfter: number
  readonly examples: number
  /** Is told how many rows were read; of all of them, before they are compared. */
  readonly progress: (rows: number) => Promise<void>
}

/** A row as it is read: an array, in this order. */
const selected = ({ key, rowid, source }: FoundTable): string => {
  const content = quoteName(source.content)
  const isNumber = `typeof(${content}) IN ('integer', 'real')`
  return [
    rowid ?? 'NULL',
    `typeof(${content})`,
    `octet_length(${content})`,
    // Of a real number all digits that tell it from its neighbours.
    `CASE WHEN typeof(${content}) = 'real' THEN CAST(format('%!.17g', ${content}) AS BLOB)
      WHEN octet_length(${content}) <= ${longestRead} THEN CAST(${content} AS BLOB) END`,
    `CASE WHEN ${isNumber} THEN length(${content}) END`,
    source.type === undefined ? 'NULL' : shortText(source.type),
    source.updated === undefined ? 'NULL' : `CAST(${instantOf(source.updated)} AS INTEGER)`,
    source.updated === undefined ? '0' : `${quoteName(source.updated)} IS NOT NULL`,
    ...(rowid === null
      ? [
          key.length === 0 ? 'NULL' : shortKey(key),
          source.title === undefined ? 'NULL' : shortText(source.title),
        ]
      : []),
  ].join(', ')
}

/** More rows than there can be in a file come of a tree that leads back into itself. With SQLite's code for that. */
class EndlessError extends Error {
  override readonly name = 'EndlessError'
  /** SQLITE_CORRUPT. */
  readonly errcode = 11
}

/**
 * Reads every row of a table once, in the order in which it is stored. What must be compared with other rows goes
 * to a temporary table on disk; of the rest only counts and examples are kept.
 *
 * @param mostRows how many rows the file can have at all
 */
export async function gather(
  database: DatabaseSync,
  table: FoundTable,
  encoding: Encoding,
  mostRows: number,
  options: GatherOptions,
): Promise<{ tallies: Tallies; ledger: Ledger }> {
  const ledger = new Ledger(database, table)
  const tallies = new Tallies(options)
  const statement = database.prepare(`SELECT ${selected(table)} FROM ${table.from}`)
  statement.setReadBigInts(true)
  statement.setReturnArrays(true)
  ledger.begin()
  let position = 0
  for (const row of statement.iterate()) {
    position += 1
    if (position > mostRows) throw new EndlessError('a table gives more rows than the file can hold')
    take(rowOf(row), position)
    if (position % rowsPerWord === 0) await options.progress(position)
  }
  ledger.end()
  await options.progress(position)
  return { tallies, ledger }

  function take(
    [rowid, stored, octets, bytes, length, type, updated, isDated, id, title]: Row,
    position: number,
  ): void {
    const ord = typeof rowid === 'bigint' ? rowid : BigInt(position)
    const kind = kindOf(stored)
    const size = Number(octets ?? 0)
    if (table.rowid === null) ledger.name(ord, typeof id === 'string' ? id : `row ${position}`, textOr(title))
    const at = tallies.row(ord, textOr(type))
    if (typeof updated === 'bigint') at.changed(Number(updated))
    else at.undated(isDated === 1n)
    if (kind === 'null') {
      at.null()
      return
    }
    at.stored(kind, size)
    if (!(bytes instanceof Uint8Array)) {
      at.unread()
      at.uncompared()
      return
    }
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (kind === 'text' && size > longestText) at.unread()
    const facts = kind === 'text' && size <= longestText ? factsOf(buffer, encoding) : null
    if (kind === 'number') at.characters(Number(length ?? 0))
    if (facts !== null) at.text(facts)
    else if (size === 0) at.blank('empty')
    if (size === 0) return
    ledger.add({ kind, ord, bytes: size, exact: digestOf(buffer), facts, normal: normalOf(facts) })
  }
}

type Row = readonly unknown[]

/** The statement was told to return arrays; its type still says objects. */
function rowOf(row: unknown): Row {
  if (Array.isArray(row)) return row
  throw new TypeError('a row did not come as an array')
}

const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** How a value that is not NULL is stored. */
export type StoredKind = 'text' | 'blob' | 'number'

function kindOf(stored: unknown): StoredKind | 'null' {
  if (stored === 'text' || stored === 'blob' || stored === 'null') return stored
  return 'number'
}

const digestOf = (data: Buffer | string): Buffer => hash('sha256', data, 'buffer').subarray(0, hashBytes)

/** What a text is compared by where case and space make no difference; null where that cannot be told. */
const normalOf = (facts: TextFacts | null): Buffer | null =>
  facts === null || facts.normalised === null ? null : digestOf(facts.normalised)
