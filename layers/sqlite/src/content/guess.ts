import type { DatabaseSync } from 'node:sqlite'
import type { ContentTable, Outcome } from '@hubkeeper/core'
import { readSchema } from '../digest/native-source.ts'
import { lookAtRest } from '../engine/at-rest.ts'
import { scalar } from '../engine/connection.ts'
import { fullTextIndexes, type SchemaObject } from '../schema/full-text.ts'
import { quoteName } from '../schema/quote.ts'
import { columnsOf, type NamedColumn } from './table.ts'

/** Columns that hold a text by their names; the first ones are the likeliest. */
const certainNames = ['content', 'body', 'transcript', 'full_text', 'fulltext', 'article', 'markdown', 'html']
/** Those that hold one only where their values are long. */
const likelyNames = ['text', 'description', 'summary', 'message', 'notes', 'data']
const typeNames = ['type', 'content_type', 'kind', 'category', 'doc_type', 'source_type']
const titleNames = ['title', 'name', 'heading', 'subject', 'file_name', 'filename', 'slug', 'url']
/** When a row was made says nothing of when it was changed last. */
const updatedNames = ['updated_at', 'updated', 'modified_at', 'modified', 'last_modified', 'last_updated']

/** Tables that people call their content. */
const contentTables = ['content', 'contents', 'search_index', 'documents', 'articles', 'pages', 'posts']

/** Rows at the beginning of a table that tell how long its values are. */
const sampledRows = 100
/** Characters of a value that is a text and not a label, bytes. */
const longValue = 100

/** Tables that are likely to hold content. */
export function guessContent(path: string, heapLimit: number): Outcome<ContentTable[]> {
  return lookAtRest(path, { heapLimit }, contentIn)
}

function contentIn(database: DatabaseSync): ContentTable[] {
  return ordinaryTables(readSchema(database))
    .flatMap(({ name }) => contentOfTable(database, name) ?? [])
    .sort((a, b) => rank(a) - rank(b) || (a.table < b.table ? -1 : 1))
}

/** Neither SQLite's own, nor virtual, nor one in which an index keeps itself: its text is somewhere else as well. */
function ordinaryTables(schema: readonly SchemaObject[]): SchemaObject[] {
  const indexes = fullTextIndexes(schema).map(({ name }) => `${name.toLowerCase()}_`)
  return schema.filter(
    ({ name, sql, type }) =>
      type === 'table' &&
      !/^sqlite_/i.test(name) &&
      !/^\s*create\s+virtual\s/i.test(sql ?? '') &&
      !indexes.some((prefix) => name.toLowerCase().startsWith(prefix)),
  )
}

function contentOfTable(database: DatabaseSync, table: string): ContentTable | null {
  const columns = columnsOf(database, table)
  const texts = columns.filter(({ type }) => type === '' || /char|clob|text/i.test(type))
  const content =
    named(texts, certainNames) ??
    likelyNames
      .flatMap((name) => named(texts, [name]) ?? [])
      .find((column) => isLong(database, table, column))
  if (content === undefined) return null
  const others = columns.filter(({ name }) => name !== content)
  return {
    table,
    content,
    type: named(others, typeNames),
    title: named(others, titleNames),
    updated: named(others, updatedNames),
  }
}

/** The first of some names that a column has. */
const named = (columns: readonly NamedColumn[], names: readonly string[]): string | undefined =>
  names.flatMap((name) => columns.find((column) => column.name.toLowerCase() === name)?.name ?? [])[0]

const isLong = (database: DatabaseSync, table: string, column: string): boolean =>
  scalar(
    database,
    `SELECT coalesce(max(size), 0) FROM
      (SELECT octet_length(${quoteName(column)}) AS size FROM ${quoteName(table)} LIMIT ${sampledRows})`,
    'number',
  ) >= longValue

/** Tables that are called so come first, then those whose column is called so. */
function rank({ content, table, type }: ContentTable): number {
  const byTable = contentTables.indexOf(table.toLowerCase())
  if (byTable >= 0) return byTable
  const byColumn = [...certainNames, ...likelyNames].indexOf(content.toLowerCase())
  return contentTables.length + byColumn * 2 + (type === undefined ? 1 : 0)
}
