import type { TableDigest } from '@hubkeeper/core'
import { createEncoder, type Encoder } from './encoder.ts'
import { queryOf, typesOf } from './rows.ts'
import type { RowSource, StoredValue } from './source.ts'

/** The digest of one table's rows. */
export function digestTable(source: RowSource, name: string, withoutRowid: boolean): TableDigest {
  const query = queryOf(source, name, { withoutRowid })
  const columns = query.columns.length
  const encoder = createEncoder()
  let rows = 0
  for (const row of source.rows(query.sql)) {
    rows += 1
    if (query.hasRowid) encodeValue(encoder, 'i', row[0])
    const types = typesOf(query, row)
    for (let i = 0; i < columns; i++) encodeValue(encoder, types[i], row[query.first + i])
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
