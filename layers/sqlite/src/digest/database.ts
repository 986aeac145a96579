import { createHash } from 'node:crypto'
import type { ContentDigest, TableDigest } from '@hubkeeper/core'
import { derivedTables, type SchemaObject } from '../schema/full-text.ts'
import { foldName } from '../schema/quote.ts'
import { parseVirtualTable } from '../schema/virtual-table.ts'
import { createEncoder } from './encoder.ts'
import type { RowSource } from './source.ts'
import { digestTable } from './table.ts'

const isStatistics = (name: string): boolean => /^sqlite_stat\d/i.test(name)

/** An automatic index follows from its table, which has the SQL. */
const isAutomatic = ({ sql, type }: SchemaObject): boolean => type === 'index' && sql === null

const isVirtual = ({ sql }: SchemaObject): boolean => sql !== null && parseVirtualTable(sql) !== null

/** The objects that count, with those whose rows count. */
export function contentOf(objects: readonly SchemaObject[]): { object: SchemaObject; hasRows: boolean }[] {
  const derived = derivedTables(objects)
  return objects
    .filter((object) => {
      const table = foldName(object.table)
      return !isAutomatic(object) && !isStatistics(object.name) && !derived.has(table)
    })
    .map((object) => ({ object, hasRows: object.type === 'table' && !isVirtual(object) }))
}

/** One object's entry in the digest of the database. */
function entryOf({ name, sql, type }: SchemaObject, rows: TableDigest | null): string {
  const encoder = createEncoder()
  encoder.text(type)
  encoder.text(name)
  if (sql === null) encoder.null()
  else encoder.text(sql)
  if (rows === null) {
    encoder.null()
    encoder.null()
  } else {
    encoder.integer(BigInt(rows.rows))
    encoder.text(rows.digest)
  }
  return encoder.digest()
}

/** The content digest of a database, version 1 (`docs/digest.md`). */
export function digestDatabase(source: RowSource): ContentDigest {
  const withoutRowid = source.tablesWithoutRowid()
  const tables: TableDigest[] = []
  const entries: string[] = []
  for (const { hasRows, object } of contentOf(source.schema())) {
    const rows = hasRows ? digestTable(source, object.name, withoutRowid.has(object.name)) : null
    if (rows !== null) tables.push(rows)
    entries.push(entryOf(object, rows))
  }
  return { version: 1, value: digestOf(source, entries), tables }
}

/** What a database is but for its rows, as a digest of the same kind: schema, versions and encoding. */
export const digestWithoutRows = (source: RowSource): string =>
  digestOf(
    source,
    contentOf(source.schema()).map(({ object }) => entryOf(object, null)),
  )

function digestOf(source: RowSource, entries: readonly string[]): string {
  const lines = [
    'hubkeeper content digest 1',
    ...entries.toSorted(),
    `user_version ${source.pragma('user_version')}`,
    `application_id ${source.pragma('application_id')}`,
    `encoding ${source.pragma('encoding')}`,
  ]
  return createHash('sha256').update(lines.join('\n')).digest('hex')
}
