import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import type { SchemaObject } from './full-text.ts'
import { foldName } from './quote.ts'

const tableRow = z.object({ name: z.string(), type: z.string(), wr: z.number() })

/**
 * Tables whose rows VACUUM in place numbers anew, 1 to n (VACUUM INTO does not): those with rowids, and
 * with neither an INTEGER PRIMARY KEY nor any index, be it an automatic one. What SQLite keeps for itself
 * is left out: nothing refers to a row of it.
 */
export function renumberedByVacuum(database: DatabaseSync, schema: readonly SchemaObject[]): string[] {
  return database
    .prepare("SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main'")
    .all()
    .map((row) => tableRow.parse(row))
    .filter(({ type, wr }) => (type === 'table' || type === 'shadow') && wr === 0)
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('sqlite_') && !hasStableRowids(database, schema, name))
    .sort()
}

/** Whether VACUUM in place keeps the rowids of a table; measured with SQLite 3.53.4. */
export function hasStableRowids(
  database: DatabaseSync,
  schema: readonly SchemaObject[],
  table: string,
): boolean {
  const name = foldName(table)
  if (schema.some(({ type, table: of }) => type === 'index' && foldName(of) === name)) return true
  const integerKey = database
    .prepare("SELECT count(*) FROM pragma_table_info(?) WHERE pk = 1 AND upper(type) = 'INTEGER'")
    .get(table)
  return Object.values(integerKey ?? {})[0] === 1
}
