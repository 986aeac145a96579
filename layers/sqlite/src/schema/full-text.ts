import { foldName } from './quote.ts'
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

/** The tables of each module that hold what it makes of the content, by what is added to the name of an index. */
const derivedSuffixes = {
  fts3: ['segments', 'segdir', 'stat'],
  fts4: ['segments', 'segdir', 'stat', 'docsize'],
  fts5: ['data', 'idx', 'docsize', 'config'],
} as const

/** How FTS3 declares the table that it makes only when it is told to merge. */
const isSettings = (sql: string | null): boolean => /\(id INTEGER PRIMARY KEY, value BLOB\)$/.test(sql ?? '')

/**
 * Whether an index has a table of that kind. One that has none leaves its name to others: such a table is as
 * ordinary as any.
 *
 * @param sql of the table that has the name
 */
function hasShadow(table: VirtualTable, suffix: string, sql: string | null): boolean {
  const { module } = table
  if (suffix === 'content') {
    const content = contentOf(table)
    return (
      content === null ||
      (module === 'fts5' &&
        content === '' &&
        optionOf(table, 'contentless_unindexed', 'contentless_u'.length) === '1')
    )
  }
  if (suffix === 'stat') return module !== 'fts3' || isSettings(sql)
  if (suffix !== 'docsize') return true
  return module === 'fts5'
    ? optionOf(table, 'columnsize', 'col'.length) !== '0'
    : optionOf(table, 'matchinfo')?.toLowerCase() !== 'fts3'
}

/** Names, as `foldName` gives them, of the tables in which each full-text index keeps itself, with the index. */
function shadowNames(
  schema: readonly SchemaObject[],
  suffixesOf: (index: FullTextIndex) => readonly string[],
): Map<string, string> {
  const tables = new Map(
    schema.filter(({ type }) => type === 'table').map((object) => [foldName(object.name), object]),
  )
  return new Map(
    fullTextIndexes(schema).flatMap((index) => {
      const declared = parseVirtualTable(tables.get(foldName(index.name))?.sql ?? '')
      return suffixesOf(index).flatMap((suffix) => {
        const name = foldName(`${index.name}_${suffix}`)
        const isOwn = declared !== null && hasShadow(declared, suffix, tables.get(name)?.sql ?? null)
        return isOwn ? [[name, index.name] as const] : []
      })
    }),
  )
}

const withContent = ({ module }: FullTextIndex): readonly string[] => [...derivedSuffixes[module], 'content']

/**
 * Tables that people made to keep rows in: neither SQLite's own, nor virtual, nor one in which a full-text index
 * keeps itself. `search_pages` beside an index `search` is one of them.
 */
export function ordinaryTables(schema: readonly SchemaObject[]): SchemaObject[] {
  const shadows = shadowNames(schema, withContent)
  return schema.filter(
    ({ name, sql, type }) =>
      type === 'table' &&
      !/^sqlite_/i.test(name) &&
      !/^\s*create\s+virtual\s/i.test(sql ?? '') &&
      !shadows.has(foldName(name)),
  )
}

/** The tables in which full-text indexes keep themselves, each with its index. */
export function shadowTables(schema: readonly SchemaObject[]): Map<string, string> {
  const owners = shadowNames(schema, withContent)
  return new Map(
    schema.flatMap(({ name, type }) => {
      const owner = type === 'table' ? owners.get(foldName(name)) : undefined
      return owner === undefined ? [] : [[name, owner] as const]
    }),
  )
}

/** Whether a full-text index keeps a part of itself in a table of that kind, such as `docsize`. */
export function keepsIn(schema: readonly SchemaObject[], index: string, suffix: string): boolean {
  const wanted = foldName(`${index}_${suffix}`)
  return [...shadowTables(schema)].some(([name, owner]) => owner === index && foldName(name) === wanted)
}

/**
 * Shadow tables, named as `foldName` does, that an optimize may rewrite and that can be built again from the
 * content. A contentless index cannot: its shadow tables are all there is.
 */
export const derivedTables = (schema: readonly SchemaObject[]): Set<string> =>
  new Set(
    shadowNames(schema, ({ content, module }) =>
      content === 'contentless' ? [] : derivedSuffixes[module],
    ).keys(),
  )
