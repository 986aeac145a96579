import { optionOf, parseVirtualTable } from './virtual-table.ts'

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
    const content = optionOf(table, 'content')
    const where = content === null ? 'own' : content === '' ? 'contentless' : 'external'
    return [{ name, module: table.module, content: where }]
  })
}

/**
 * Those of the named full-text indexes that may be merged. A contentless one is all there is of its content:
 * it is never touched.
 */
export const mergeableIndexes = (
  schema: readonly SchemaObject[],
  names: readonly string[],
): FullTextIndex[] =>
  fullTextIndexes(schema).filter(({ content, name }) => content !== 'contentless' && names.includes(name))

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
