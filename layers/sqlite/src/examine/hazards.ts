import type { DatabaseSync } from 'node:sqlite'
import type { Hazard } from '@hubkeeper/core'
import { readSchema } from '../digest/native-source.ts'
import { contentOf, fullTextIndexes, type SchemaObject } from '../schema/full-text.ts'
import { hasStableRowids } from '../schema/rowids.ts'
import { parseVirtualTable } from '../schema/virtual-table.ts'
import type { Header } from './header.ts'

/** Everything that is not wrong yet, or makes an operation unsafe. */
export function findHazards(database: DatabaseSync, header: Header): Hazard[] {
  const schema = readSchema(database)
  return [
    ...engineHazards(header),
    ...litestreamHazards(schema),
    ...rowidHazards(database, schema),
    ...contentHazards(schema),
  ]
}

/** Versions in which resetting the WAL can corrupt the file (sqlite.org/wal.html). */
export function hasWalResetBug(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  if (major !== 3 || minor < 7) return false
  if (minor === 44) return patch < 6
  if (minor === 50) return patch < 7
  if (minor === 51) return patch < 3
  return minor < 51
}

function engineHazards({ journalMode, writerVersion }: Header): Hazard[] {
  if (journalMode !== 'wal' || writerVersion === null || !hasWalResetBug(writerVersion)) return []
  return [
    {
      name: 'wal-reset-bug',
      severity: 'warning',
      expected: '3.51.3 or newer, 3.50.7, 3.44.6',
      actual: `written by SQLite ${writerVersion}`,
      advice: 'update SQLite in the hub: this version can corrupt a WAL database when the WAL is reset',
    },
  ]
}

function litestreamHazards(schema: readonly SchemaObject[]): Hazard[] {
  const names = schema.filter(({ name, type }) => type === 'table' && name.startsWith('_litestream_'))
  if (names.length === 0) return []
  return [
    {
      name: 'litestream-tables',
      severity: 'warning',
      expected: 'none, or Litestream running',
      actual: names.map(({ name }) => name).join(', '),
      advice: 'never run VACUUM in place here: it would break Litestream’s position',
    },
  ]
}

/** An index over the rowids of a table in which VACUUM in place may renumber them. */
function rowidHazards(database: DatabaseSync, schema: readonly SchemaObject[]): Hazard[] {
  const external = fullTextIndexes(schema).filter(({ content }) => content === 'external')
  return external.flatMap(({ name }) => {
    const sql = schema.find((object) => object.name === name)?.sql ?? ''
    const table = parseVirtualTable(sql)
    const content = table === null ? null : contentOf(table)
    if (content === null || hasStableRowids(database, schema, content)) return []
    return [
      {
        name: 'rowid-dependent-index',
        severity: 'warning' as const,
        expected: 'an INTEGER PRIMARY KEY',
        actual: `${name} depends on the rowids of ${content}`,
        advice: 'give that table an INTEGER PRIMARY KEY: VACUUM in place may renumber its rows',
      },
    ]
  })
}

function contentHazards(schema: readonly SchemaObject[]): Hazard[] {
  if (schema.some(({ type }) => type === 'table')) return []
  return [
    {
      name: 'no-tables',
      severity: 'critical',
      expected: 'at least one table',
      actual: 'the schema is empty',
      advice: 'the file is a database without content: was it just created in place of the real one?',
    },
  ]
}
