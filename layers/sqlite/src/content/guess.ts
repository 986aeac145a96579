import type { DatabaseSync } from 'node:sqlite'
import type { ContentTable, Outcome } from '@hubkeeper/core'
import { readSchema } from '../digest/native-source.ts'
import { lookAtRest } from '../engine/at-rest.ts'
import { scalar } from '../engine/connection.ts'
import { ordinaryTables } from '../schema/full-text.ts'
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

/** Rows with a value, at the beginning of a table, that tell how long its values are. */
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

function contentOfTable(database: DatabaseSync, table: string): ContentTable | null {
  const columns = columnsOf(database, table)
  const texts = columns.filter(({ type }) => type === '' || /char|clob|text|string/i.test(type))
  const content =
    named(texts, certainNames) ??
    [
      ...likelyNames.flatMap((name) => named(texts, [name]) ?? []),
      ...endingWith(texts, [...certainNames, ...likelyNames]),
    ].find((column) => isLong(database, table, column))
  if (content === undefined) return null
  const others = columns.filter(({ name }) => name !== content)
  return {
    table,
    content,
    type: named(others, typeNames) ?? endingWith(others, ['type'])[0],
    title: named(others, titleNames) ?? endingWith(others, ['title'])[0],
    updated: named(others, updatedNames) ?? endingWith(others, ['modified', 'updated_at', 'modified_at'])[0],
  }
}

/** A name in small letters, with what `camelCase` runs together apart. */
const plainly = (name: string): string => name.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase()

/** The first of some names that a column has. */
const named = (columns: readonly NamedColumn[], names: readonly string[]): string | undefined =>
  names.flatMap((wanted) => columns.find(({ name }) => plainly(name) === wanted)?.name ?? [])[0]

/** Columns such as `post_content`: called like one of some names, with something before it; in the order of these. */
const endingWith = (columns: readonly NamedColumn[], names: readonly string[]): string[] =>
  names.flatMap((wanted) =>
    columns.filter(({ name }) => plainly(name).endsWith(`_${wanted}`)).map(({ name }) => name),
  )

const isLong = (database: DatabaseSync, table: string, column: string): boolean =>
  scalar(
    database,
    `SELECT coalesce(max(size), 0) FROM
      (SELECT octet_length(${quoteName(column)}) AS size FROM ${quoteName(table)}
       WHERE ${quoteName(column)} IS NOT NULL LIMIT ${sampledRows})`,
    'number',
  ) >= longValue

/** Tables that are called so come first, then those whose column is called so. */
function rank({ content, table, type }: ContentTable): number {
  const byTable = contentTables.indexOf(table.toLowerCase())
  if (byTable >= 0) return byTable
  const names = [...certainNames, ...likelyNames]
  const found = names.indexOf(plainly(content))
  const byColumn = found >= 0 ? found : names.length
  return contentTables.length + byColumn * 2 + (type === undefined ? 1 : 0)
}
