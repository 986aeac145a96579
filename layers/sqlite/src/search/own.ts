import type { DatabaseSync } from 'node:sqlite'
import type { SearchDifferences, SearchSource } from '@hubkeeper/core'
import * as z from 'zod'
import { scalar } from '../engine/connection.ts'
import { compareRowKeys, KeyCount } from './keys.ts'
import { rowsOf, type SideRow } from './side.ts'

const textEncoding = z.enum(['UTF-8', 'UTF-16le', 'UTF-16be'])

/** A full-text table with content of its own against its source, one row of each in memory at a time. */
export function compareOwn(
  database: DatabaseSync,
  { columns, index, key: keyColumn, table }: SearchSource,
  limit: number,
): SearchDifferences {
  const key = keyColumn ?? null
  const pairs = Object.entries(columns)
  const source = rowsOf(database, { table, columns: pairs.map(([, of]) => of), key, side: 'source' })
  const indexed = rowsOf(database, { table: index, columns: pairs.map(([of]) => of), key, side: 'index' })
  const encoding = textEncoding.parse(scalar(database, 'PRAGMA encoding', 'string'))
  const count = () => new KeyCount(limit, encoding)
  const [missing, extra, different] = [count(), count(), count()]
  let [common, unread] = [0, 0]
  let a = next(source)
  let b = next(indexed)
  while (a !== null || b !== null) {
    const order = a === null ? 1 : b === null ? -1 : compareRowKeys(a.key, b.key)
    if (a !== null && order < 0) missing.add(a.key)
    else if (b !== null && order > 0) extra.add(b.key)
    else if (a !== null && b !== null) {
      common += 1
      const sameness = compareValues(a, b)
      if (sameness === 'different') different.add(a.key)
      if (sameness === 'unread') unread += 1
    }
    if (order <= 0) a = next(source)
    if (order >= 0) b = next(indexed)
  }
  return {
    indexRows: common + extra.rows,
    sourceRows: common + missing.rows,
    missing: missing.result(),
    extra: extra.result(),
    different: different.result(),
    incomplete: unread === 0 ? null : `${unread} rows have values of more than 16 MiB and the same length`,
  }
}

function next(rows: Generator<SideRow>): SideRow | null {
  const { done, value } = rows.next()
  return done === true ? null : value
}

function compareValues(a: SideRow, b: SideRow): 'same' | 'different' | 'unread' {
  let unread = false
  for (let i = 0; i < a.values.length; i++) {
    const [one, other] = [a.values[i], b.values[i]]
    if (typeof one === 'bigint' || typeof other === 'bigint') {
      if (one !== other) return 'different'
      unread = true
    } else if (one === undefined || other === undefined || !one.equals(other)) return 'different'
  }
  return unread ? 'unread' : 'same'
}
