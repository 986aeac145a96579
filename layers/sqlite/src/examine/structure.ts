import type { DatabaseSync } from 'node:sqlite'
import type { Structure } from '@hubkeeper/core'
import { messageOf } from '@hubkeeper/core/basics'
import { readSchema } from '../digest/native-source.ts'
import { scalar } from '../engine/connection.ts'
import { missingName } from '../engine/fault.ts'
import { fullTextIndexes, type SchemaObject } from '../schema/full-text.ts'
import { quoteName } from '../schema/quote.ts'
import type { Header } from './header.ts'
import { lackedBy } from './tokenizers.ts'

const autoVacuumModes = ['none', 'full', 'incremental'] as const

/** Header and pragmas, and what the schema needs that this engine lacks. */
export function readStructure(database: DatabaseSync, header: Header): Structure {
  const number = (pragma: string): number => scalar(database, `PRAGMA ${pragma}`, 'number')
  const schema = readSchema(database)
  const pageSize = number('page_size')
  const pageCount = number('page_count')
  return {
    bytes: pageSize * pageCount,
    pageSize,
    pageCount,
    freelistPages: number('freelist_count'),
    journalMode: header.journalMode,
    autoVacuum: autoVacuumModes[number('auto_vacuum')] ?? 'none',
    encoding: scalar(database, 'PRAGMA encoding', 'string'),
    userVersion: number('user_version'),
    applicationId: number('application_id'),
    tables: schema.filter(({ type }) => type === 'table').length,
    engineVersion: scalar(database, 'SELECT sqlite_version()', 'string'),
    writerVersion: header.writerVersion,
    missing: missingNames(database, schema),
  }
}

/** Collations, modules, functions and tokenizers that the engine names at a look at each object. */
function missingNames(database: DatabaseSync, schema: readonly SchemaObject[]): string[] {
  const missing = new Set<string>()
  const note = (error: unknown): void => {
    const name = missingName(messageOf(error))
    if (name !== null) missing.add(name)
  }
  const probe = (sql: string): void => {
    try {
      database.prepare(sql)
    } catch (error) {
      note(error)
    }
  }
  for (const { name, table, type } of schema) {
    if (type === 'table') probe(`SELECT 1 FROM ${quoteName(name)} LIMIT 0`)
    // Preparing an index's use would need its columns; REINDEX resolves its collations when prepared.
    if (type === 'index') probe(`EXPLAIN REINDEX ${quoteName(name)}`)
    if (type === 'table' && name === table) probe(`EXPLAIN ANALYZE ${quoteName(name)}`)
  }
  for (const index of fullTextIndexes(schema)) note(lackedBy(database, index))
  return [...missing].sort()
}
