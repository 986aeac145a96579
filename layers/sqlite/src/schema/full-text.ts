import { optionOf, parseVirtualTable, type VirtualTable } from './virtual-table.ts'

/** One full-text index of a schema. */
export interface FullTextIndex {
  readonly name: string
  readonly module: 'fts3' | 'fts4' | 'fts5'
  /** Where the text lies that it indexes. */
  readonly content: 'own' | 'external' | 'contentless'
}

/** An object of the schema, as `sqlite_schema` has it. */
export interface SchemaObject {
  readonly type: string
  readonly name: string
  readonly table: string
  readonly sql: string | null
}

const isFullText = (module: string): module is FullTextIndex['module'] =>
  module === 'fts3' || module === 'fts4' || module === 'fts5'

/** The full-text indexes among the objects of a schema. */
export function fullTextIndexes(objects: readonly SchemaObject[]): FullTextIndex[] {
  return objects.flatMap(({ name, sql }) => {
    const table = sql === null ? null : parseVirtualTable(sql)
    if (table === null || !isFullText(table.module)) return []
    const content = contentOf(table)
    const where = content === null ? 'own' : content === '' ? 'contentless' : 'external'
    return [{ name, module: table.module, content: where }]
  })
}

/**
 * The table that a full-text index is over; without a character for a contentless one, null for content of its own.
 * FTS3 takes the option for a column. FTS5 takes the beginning of an option's name for the option.
 */
export function contentOf(table: VirtualTable): string | null {
  if (table.module === 'fts3') return null
  return optionOf(table, 'content', table.module === 'fts5' ? 1 : undefined)
}

/** The column by which FTS5 knows the rows of the table that an index is over; null where none is named. */
export const contentRowidOf = (table: VirtualTable): string | null =>
  table.module === 'fts5' ? optionOf(table, 'content_rowid', 'content_'.length) : null

/**
 * Those of the named full-text indexes that may be merged. A contentless one is all there is of its content:
 * it is never touched.
 */
export const mergeableIndexes = (
  schema: readonly SchemaObject[],
  names: readonly string[],
): FullTextIndex[] =>
  fullTextIndexes(schema).filter(({ content, name }) => content !== 'contentless' && names.includes(name))

/** Tables in which each module keeps an index, by what is added to its name. */
const shadowSuffixes = {
  fts3: ['content', 'segments', 'segdir', 'stat', 'docsize'],
  fts4: ['content', 'segments', 'segdir', 'stat', 'docsize'],
  fts5: ['data', 'idx', 'content', 'docsize', 'config'],
} as const

/**
 * Tables that people made to keep rows in: neither SQLite's own, nor virtual, nor one in which a full-text index
 * keeps itself. `search_pages` beside an index `search` is one of them.
 */
export function ordinaryTables(schema: readonly SchemaObject[]): SchemaObject[] {
  const shadows = new Set(
    fullTextIndexes(schema).flatMap(({ module, name }) =>
      shadowSuffixes[module].map((suffix) => `${name}_${suffix}`.toLowerCase()),
    ),
  )
  return schema.filter(
    ({ name, sql, type }) =>
      type === 'table' &&
      !/^sqlite_/i.test(name) &&
      !/^\s*create\s+virtual\s/i.test(sql ?? '') &&
      !shadows.has(name.toLowerCase()),
  )
}

/** The tables in which full-text indexes keep themselves, each with its index. */
export function shadowTables(schema: readonly SchemaObject[]): Map<string, string> {
  const owners = new Map(
    fullTextIndexes(schema).flatMap(({ module, name }) =>
      shadowSuffixes[module].map((suffix) => [`${name}_${suffix}`.toLowerCase(), name] as const),
    ),
  )
  return new Map(
    schema.flatMap(({ name, type }) => {
      const owner = type === 'table' ? owners.get(name.toLowerCase()) : undefined
      return owner === undefined ? [] : [[name, owner] as const]
    }),
  )
}

const derivedSuffixes = {
  fts3: ['segments', 'segdir', 'stat', 'docsize'],
  fts4: ['segments', 'segdir', 'stat', 'docsize'],
  fts5: ['data', 'idx', 'docsize', 'config'],
} as const

/**
 * Shadow tables, in lower case, that an optimize may rewrite and that can be built again from the
 * content. A contentless index cannot: its shadow tables are all there is.
 */
export const derivedTables = (indexes: readonly FullTextIndex[]): Set<string> =>
  new Set(
    indexes
      .filter(({ content }) => content !== 'contentless')
      .flatMap(({ module, name }) =>
        derivedSuffixes[module].map((suffix) => `${name}_${suffix}`.toLowerCase()),
      ),
  )
