import type { TableComparison } from '@hubkeeper/core'
import { keyOf, type TableQuery } from '../digest/rows.ts'
import type { StoredValue } from '../digest/source.ts'
import { compareValues } from './values.ts'

/** One stored row with the types of its values, a letter each. */
export interface Row {
  readonly values: readonly StoredValue[]
  readonly types: string
}

/** How the rows of a table are told apart. */
export interface Key {
  readonly by: TableComparison['by']
  /** Columns that make up the key, in lower case; none for the rowid. */
  readonly names: readonly string[]
  /** Where they are among the types of a row. */
  readonly at: readonly number[]
  /** Where the first value is in a row. */
  readonly first: number
}

/** The key of a table's rows: of those without a rowid that can be read all of their values. */
export function keyFor(query: TableQuery, withoutRowid: boolean): Key {
  const { columns, first, hasRowid } = query
  if (hasRowid) return { by: 'rowid', names: [], at: [], first }
  const own = withoutRowid ? keyOf(columns) : columns
  return {
    by: withoutRowid ? 'primary-key' : 'position-less',
    names: own.map(({ name }) => name.toLowerCase()),
    at: own.map((column) => columns.indexOf(column)),
    first,
  }
}

/** Whether rows under one key can be found under another. */
export const isSameKey = (a: Key, b: Key): boolean =>
  a.by === b.by && a.names.length === b.names.length && a.names.every((name, i) => name === b.names[i])

/** The order of two rows under the same key, in which tables are read: below 0, 0 or above. */
export function compareKeys(a: Key, rowA: Row, b: Key, rowB: Row): number {
  if (a.by === 'rowid') return compareValues('i', rowA.values[0], 'i', rowB.values[0])
  for (let i = 0; i < a.at.length; i++) {
    const [atA = -1, atB = -1] = [a.at[i], b.at[i]]
    const order = compareValues(
      rowA.types[atA],
      rowA.values[a.first + atA],
      rowB.types[atB],
      rowB.values[b.first + atB],
    )
    if (order !== 0) return order
  }
  // SQLite calls 1 and 1.0 equal; where there is nothing but values they are different rows.
  if (a.by === 'primary-key' || rowA.types === rowB.types) return 0
  return rowA.types < rowB.types ? -1 : 1
}
