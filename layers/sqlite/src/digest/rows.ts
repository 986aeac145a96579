import { quoteName } from '../schema/quote.ts'
import type { Column, RowSource, StoredValue } from './source.ts'

/** Columns whose types go into one text: an expression may not be nested deeper than 1000. */
const tagsPerText = 200

/** How the rows of a table are read in their defined order. */
export interface TableQuery {
  readonly table: string
  readonly sql: string
  /** Whether each row begins with its rowid. */
  readonly hasRowid: boolean
  /** Columns in the order of their definition; their values come last in a row. */
  readonly columns: readonly Column[]
  /** Where in a row the first value is. */
  readonly first: number
  /** Texts before it, in which each column has the first letter of what `typeof()` says. */
  readonly typeTexts: number
}

const typeLetter = ({ name }: Column): string => `substr(typeof(${quoteName(name)}),1,1)`

const storedValue = ({ name }: Column): string => {
  const column = quoteName(name)
  return `CASE typeof(${column}) WHEN 'text' THEN CAST(${column} AS BLOB) ELSE ${column} END`
}

/** The order of a column's values as they are stored: numbers, then texts, then blobs, by their bytes. */
const byValue = ({ name }: Column): string => `${quoteName(name)} COLLATE BINARY`

/** A name for the rowid that no column has taken; null when all are taken. */
function rowidName(columns: readonly Column[]): string | null {
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()))
  return ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name)) ?? null
}

/** The columns of the primary key, in its order. */
export const keyOf = (columns: readonly Column[]): Column[] =>
  columns.filter(({ keyPosition }) => keyPosition > 0).sort((a, b) => a.keyPosition - b.keyPosition)

/** A table as what is read: itself, never an index that may say something else. */
export const tableItself = (table: string, withoutRowid: boolean): string =>
  `${quoteName(table)}${withoutRowid ? '' : ' NOT INDEXED'}`

/**
 * The query for a table's rows as `docs/digest.md` defines them. Rows whose rowid cannot be read come as they
 * lie in the table; with `sorted`, by their values, and those that SQLite calls equal by their types.
 */
export function queryOf(
  source: RowSource,
  table: string,
  { sorted = false, withoutRowid }: { readonly sorted?: boolean; readonly withoutRowid: boolean },
): TableQuery {
  const columns = source.columns(table)
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
  const order = withoutRowid
    ? keyOf(columns).map(byValue)
    : rowid !== null
      ? [rowid]
      : sorted
        ? [...columns.map(byValue), ...typeTexts]
        : []
  const selected = [...(rowid === null ? [] : [rowid]), ...typeTexts, ...columns.map(storedValue)]
  const orderBy = order.length === 0 ? '' : ` ORDER BY ${order.join(', ')}`
  // Without an index the table itself is read, which is in the order of its rowids: nothing is sorted.
  const sql = `SELECT ${selected.join(', ')} FROM ${tableItself(table, withoutRowid)}${orderBy}`
  return {
    table,
    sql,
    hasRowid: rowid !== null,
    columns,
    first: (rowid === null ? 0 : 1) + typeTexts.length,
    typeTexts: typeTexts.length,
  }
}

/** The types of a row's values, a letter each. */
export function typesOf({ first, table, typeTexts }: TableQuery, row: readonly StoredValue[]): string {
  const types = typeTexts === 1 ? row[first - 1] : row.slice(first - typeTexts, first).join('')
  if (typeof types === 'string') return types
  throw new TypeError(`the types of ${table} cannot be read`)
}
