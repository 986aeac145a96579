import type { Database, SqlValue, Statement } from 'sql.js'
import { type Column, type RowSource, type StoredValue, withoutRowidQuery } from './source.ts'

/** The current row with integers as bigint: an option that the published types do not know. */
function rowOf(statement: Statement): readonly StoredValue[] {
  const row: unknown = Reflect.apply(statement.get, statement, [null, { useBigInt: true }])
  if (isRow(row)) return row
  throw new TypeError('sql.js gave no row')
}

/** Values are checked one by one where they are encoded. */
const isRow = (row: unknown): row is readonly StoredValue[] => Array.isArray(row)

/** Rows for the digest through sql.js. */
export function wasmSource(database: Database): RowSource {
  function* rows(sql: string, parameters: SqlValue[] = []): Generator<readonly StoredValue[]> {
    const statement = database.prepare(sql, parameters)
    try {
      while (statement.step()) yield rowOf(statement)
    } finally {
      statement.free()
    }
  }
  const text = (value: StoredValue | undefined): string => {
    if (typeof value === 'string') return value
    throw new TypeError(`expected text, got ${typeof value}`)
  }
  const number = (value: StoredValue | undefined): number => Number(value)

  return {
    schema: () =>
      [...rows('SELECT type, name, tbl_name, sql FROM sqlite_schema')].map(([type, name, table, sql]) => ({
        type: text(type),
        name: text(name),
        table: text(table),
        sql: sql === null ? null : text(sql),
      })),
    columns: (table): Column[] =>
      [...rows('SELECT name, pk, hidden FROM pragma_table_xinfo(?)', [table])]
        .filter(([, , hidden]) => number(hidden) === 0)
        .map(([name, key]) => ({ name: text(name), keyPosition: number(key) })),
    tablesWithoutRowid: () => new Set([...rows(withoutRowidQuery)].map(([name]) => text(name))),
    rows: (sql) => rows(sql),
    pragma(name) {
      const [value] = [...rows(`PRAGMA ${name}`)][0] ?? []
      if (typeof value === 'bigint' || typeof value === 'string') return value
      if (typeof value === 'number') return BigInt(value)
      throw new TypeError(`PRAGMA ${name} gave ${typeof value}`)
    },
  }
}
