import { type Json, jsonOf, parseJson } from './json.ts'

/** A row of a table that an index is made from: what its columns hold, those it lacks left out. */
export type IndexedRow = Readonly<Record<string, string | number | null>>

/** Rows of the tables that an index needs, by name; null for a table that is not there. */
export type IndexedRows = ReadonlyMap<string, readonly IndexedRow[] | null>

/** The rows that have an id, by it, as an index has it; and how many have none that can be read. */
export function byId(rows: readonly IndexedRow[]): {
  readonly byId: ReadonlyMap<string, IndexedRow>
  readonly without: number
} {
  const found = rows.flatMap((row) => (row.id == null ? [] : [[String(row.id), row] as const]))
  return { byId: new Map(found), without: rows.length - found.length }
}

/** The rows of a table; null where it is not there, or where no row has one of these columns. */
export function rowsWith(
  rows: IndexedRows,
  table: string,
  columns: readonly string[],
): readonly IndexedRow[] | null {
  const found = rows.get(table) ?? null
  if (found === null || found.length === 0) return found
  return columns.every((column) => found.some((row) => row[column] !== undefined)) ? found : null
}

/** A list that a column holds as JSON; none for NULL and nothing; null where it holds something else. */
export function listIn(value: string | number | null | undefined): string[] | null {
  if (value === null || value === '') return []
  const json = typeof value === 'string' ? parsed(value) : null
  if (json?.kind !== 'array') return null
  const texts = json.items.flatMap((item) => (item.kind === 'string' ? [item.value] : []))
  return texts.length === json.items.length ? texts : null
}

/** What a column holds, as an index has it; undefined where that cannot be told. */
export function indexedValue(field: string, row: IndexedRow, column: string): Json | undefined {
  const value = row[column]
  if (value === undefined) return undefined
  if (field !== 'topics') return jsonOf(value)
  const list = listIn(value)
  return list === null ? undefined : jsonOf(list)
}

function parsed(text: string): Json | null {
  try {
    return parseJson(text).root
  } catch {
    return null
  }
}
