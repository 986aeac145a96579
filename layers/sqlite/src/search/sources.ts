import type { DatabaseSync } from 'node:sqlite'
import type { Outcome, SearchComparison, SearchSource } from '@hubkeeper/core'
import { columnsOf, objectCalled } from '../content/table.ts'
import { contentOf, contentRowidOf, type FullTextIndex, type SchemaObject } from '../schema/full-text.ts'
import { parseVirtualTable } from '../schema/virtual-table.ts'
import { guessSource } from './guess-source.ts'

/** What a full-text table is made from, and how that is known. */
export interface KnownSource {
  readonly source: SearchSource
  readonly knownBy: NonNullable<SearchComparison['knownBy']>
}

/** What a full-text table is made from: itself says it, or the request, or names and rows do. */
export function sourceOf(
  database: DatabaseSync,
  schema: readonly SchemaObject[],
  index: FullTextIndex,
  requested: readonly SearchSource[],
): Outcome<KnownSource> {
  if (index.content === 'contentless') {
    return { state: 'skipped', reason: 'it is contentless: it keeps nothing that could be compared' }
  }
  if (index.content === 'external') return externalSource(database, schema, index)
  const asked = requested.find((source) => source.index.toLowerCase() === index.name.toLowerCase())
  if (asked !== undefined) return requestedSource(database, schema, index, asked)
  const guess = guessSource(database, schema, index)
  return guess === null
    ? {
        state: 'skipped',
        reason:
          'what it is made from is not known: name it in hubkeeper.json as analysis.searchIndex.sources',
      }
    : { state: 'done', value: { source: guess, knownBy: 'guess' } }
}

const missing = (what: string): Outcome<never> => ({
  state: 'fault',
  fault: { kind: 'missing', message: `there is no ${what}`, missing: [] },
})

function externalSource(
  database: DatabaseSync,
  schema: readonly SchemaObject[],
  { name }: FullTextIndex,
): Outcome<KnownSource> {
  const sql = schema.find((object) => object.name === name)?.sql ?? ''
  const definition = parseVirtualTable(sql)
  const table = definition === null ? null : contentOf(definition)
  if (definition === null || table === null) return missing(`definition of ${name}`)
  const object = objectCalled(schema, table)
  if (object === undefined) return missing(`table ${table}`)
  const key = contentRowidOf(definition)
  const columns = Object.fromEntries(columnsOf(database, name).map((column) => [column.name, column.name]))
  return {
    state: 'done',
    value: {
      source: { index: name, table: object.name, columns, ...(key === null ? {} : { key }) },
      knownBy: 'index',
    },
  }
}

/** With the names that the schema has. */
function requestedSource(
  database: DatabaseSync,
  schema: readonly SchemaObject[],
  { name }: FullTextIndex,
  { columns, key, table }: SearchSource,
): Outcome<KnownSource> {
  const object = objectCalled(schema, table)
  if (object === undefined) return missing(`table ${table}`)
  const inIndex = namesIn(database, name)
  const inTable = namesIn(database, object.name)
  const named: Record<string, string> = {}
  for (const [from, to] of Object.entries(columns)) {
    const [own, other] = [inIndex.get(from.toLowerCase()), inTable.get(to.toLowerCase())]
    if (own === undefined) return missing(`column ${from} in ${name}`)
    if (other === undefined) return missing(`column ${to} in ${object.name}`)
    named[own] = other
  }
  if (key !== undefined && !inIndex.has(key.toLowerCase())) return missing(`column ${key} in ${name}`)
  if (key !== undefined && !inTable.has(key.toLowerCase())) return missing(`column ${key} in ${object.name}`)
  const source = { index: name, table: object.name, columns: named, ...(key === undefined ? {} : { key }) }
  return { state: 'done', value: { source, knownBy: 'request' } }
}

/** Columns of a table by their names in lower case. */
const namesIn = (database: DatabaseSync, table: string): Map<string, string> =>
  new Map(columnsOf(database, table).map(({ name }) => [name.toLowerCase(), name]))
