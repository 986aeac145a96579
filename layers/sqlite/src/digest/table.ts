import type { TableDigest } from '@hubkeeper/core'
import { quoteName } from '../schema/quote.ts'
import { createEncoder, type Encoder } from './encoder.ts'
import type { Column, RowSource, StoredValue } from './source.ts'

/** Columns whose types go into one text: an expression may not be nested deeper than 1000. */
const tagsPerText = 200

/** The query that gives a table's rows in their defined order, and what its columns are. */
interface TableQuery {
  readonly sql: string
  readonly hasRowid: boolean
  readonly columns: number
}

const typeLetter = ({ name }: Column): string => `substr(typeof(${quoteName(name)}),1,1)`

const storedValue = ({ name }: Column): string => {
  const column = quoteName(name)
  return `CASE typeof(${column}) WHEN 'text' THEN CAST(${column} AS BLOB) ELSE ${column} END`
}

/** A name for the rowid that no column has taken; null when all are taken. */
function rowidName(columns: readonly Column[]): string | null {
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()))
  return ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name)) ?? null
}

function queryOf(name: string, columns: readonly Column[], withoutRowid: boolean): TableQuery {
  const typeTexts: string[] = []
  for (let i = 0; i < columns.length; i += tagsPerText) {
    typeTexts.push(
      columns
        .slice(i, i + tagsPerText)
        .map(typeLetter)
        .join('||'),
    )
  }
  const rowid = withoutRowid ? null : rowidName(columns)
  const key = columns
    .filter(({ keyPosition }) => keyPosition > 0)
    .sort((a, b) => a.keyPosition - b.keyPosition)
  const order = withoutRowid
    ? ` ORDER BY ${key.map((column) => `${quoteName(column.name)} COLLATE BINARY`).join(', ')}`
    : rowid === null
      ? ''
      : ` ORDER BY ${rowid}`
  const selected = [...(rowid === null ? [] : [rowid]), ...typeTexts, ...columns.map(storedValue)]
  // Without an index the table itself is read, which is in the order of its rowids: nothing is sorted.
  const from = `${quoteName(name)}${withoutRowid ? '' : ' NOT INDEXED'}`
  return {
    sql: `SELECT ${selected.join(', ')} FROM ${from}${order}`,
    hasRowid: rowid !== null,
    columns: columns.length,
  }
}

/** The digest of one table's rows. */
export function digestTable(source: RowSource, name: string, withoutRowid: boolean): TableDigest {
  const query = queryOf(name, source.columns(name), withoutRowid)
  const texts = Math.ceil(query.columns / tagsPerText)
  const first = (query.hasRowid ? 1 : 0) + texts
  const encoder = createEncoder()
  let rows = 0
  for (const row of source.rows(query.sql)) {
    rows += 1
    if (query.hasRowid) encodeValue(encoder, 'i', row[0])
    const types = texts === 1 ? row[first - 1] : row.slice(first - texts, first).join('')
    if (typeof types !== 'string') throw new TypeError(`the types of ${name} cannot be read`)
    for (let i = 0; i < query.columns; i++) encodeValue(encoder, types[i], row[first + i])
  }
  return { name, rows, digest: encoder.digest() }
}

/** `type` is the first letter of what `typeof()` says. */
function encodeValue(encoder: Encoder, type: string | undefined, value: StoredValue | undefined): void {
  if (type === 'i' && typeof value === 'bigint') encoder.integer(value)
  else if (type === 'r' && typeof value === 'number') encoder.real(value)
  else if (type === 't' && value instanceof Uint8Array) encoder.bytes('T', value)
  else if (type === 'b' && value instanceof Uint8Array) encoder.bytes('B', value)
  else if (type === 'n' && value === null) encoder.null()
  else throw new TypeError(`a value of type ${type} came as ${typeof value}`)
}
