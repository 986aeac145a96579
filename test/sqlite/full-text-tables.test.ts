import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestDatabase } from '../../layers/sqlite/src/digest/database.ts'
import { nativeSource, readSchema } from '../../layers/sqlite/src/digest/native-source.ts'
import {
  contentOf,
  derivedTables,
  fullTextIndexes,
  ordinaryTables,
  type SchemaObject,
  shadowTables,
} from '../../layers/sqlite/src/schema/full-text.ts'
import { quoteName } from '../../layers/sqlite/src/schema/quote.ts'
import { parseVirtualTable } from '../../layers/sqlite/src/schema/virtual-table.ts'

/** The schema after some statements; null where SQLite refuses one of them. */
function schemaOf(...statements: readonly string[]): SchemaObject[] | null {
  const database = new DatabaseSync(':memory:')
  try {
    for (const sql of statements) database.exec(sql)
    return readSchema(database)
  } catch {
    return null
  } finally {
    database.close()
  }
}

/** Where a full-text table says that its text is. */
function contentIn(schema: readonly SchemaObject[]): string | null | undefined {
  const sql = schema.find(({ name }) => name === 'words')?.sql ?? ''
  const table = parseVirtualTable(sql)
  return table === null ? undefined : contentOf(table)
}

const space = fc.constantFrom('', '', '', ' ', '\n', '/* x, ) */', "-- it's\n", '\u00a0', '\ufeff', ' \v')
const quoted = fc
  .constantFrom('texts', "a'b", 'a"b', '\u00a0', ' ', '')
  .chain((name) =>
    fc.constantFrom(`'${name.replaceAll("'", "''")}'`, quoteName(name), `[${name}]`, `\`${name}\``, name),
  )
const option = fc.oneof(
  fc.tuple(fc.constantFrom('content', 'CONTENT', 'c', 'cont'), quoted),
  fc.constantFrom(
    ['columnsize', '0'],
    ['col', "'0'"],
    ['columnsize', '1'],
    ['matchinfo', 'fts3'],
    ['contentless_unindexed', '1'],
    ['contentless_delete', '1'],
    ['tokenize', '"unicode61 separators \',)\'"'],
    ['order', 'desc'],
  ),
)
const argument = fc
  .tuple(space, option, space, space, space)
  .map(([before, [name, value], left, right, after]) => `${before}${name}${left}=${right}${value}${after}`)
const declaration = fc
  .tuple(fc.constantFrom('fts3', 'fts4', 'FTS5', '"fts5"'), space, fc.array(argument, { maxLength: 3 }))
  .map(
    ([module, before, args]) =>
      `CREATE VIRTUAL TABLE words USING ${module}${before}(${['a', 'b UNINDEXED', ...args].join()})`,
  )

describe('the tables of a full-text index', () => {
  it('are those that SQLite made for it, however it is declared', () => {
    let made = 0
    fc.assert(
      fc.property(declaration, (sql) => {
        const schema = schemaOf(sql)
        if (schema === null) return
        made += 1
        const own = schema.filter(({ name, type }) => type === 'table' && name !== 'words')
        const names = own.map(({ name }) => name).sort()
        expect([...shadowTables(schema).keys()].sort()).toEqual(names)
        expect(ordinaryTables(schema)).toEqual([])
        const [index] = fullTextIndexes(schema)
        const isContentless = index?.content === 'contentless'
        const derived = isContentless ? [] : names.filter((name) => name !== 'words_content')
        expect([...derivedTables(schema)].sort()).toEqual(derived)
        const keepsContent = names.includes('words_content')
        expect(keepsContent && !isContentless).toBe(index?.content === 'own')
      }),
      { numRuns: 1500 },
    )
    expect(made).toBeGreaterThan(200)
  })

  it.each([
    ['fts5(a, content=\u00a0)', '\u00a0'],
    ['fts5(a, \ufeffcontent=texts)', 'texts'],
    ["fts4(a, content='texts', content='')", ''],
    ["fts4(a, content= 'texts')", " 'texts'"],
    ["fts4(a, content='texts' and more)", 'texts'],
  ])('of %s are over the table that SQLite reads', (declared, content) => {
    const schema = schemaOf(`CREATE VIRTUAL TABLE words USING ${declared}`)
    expect(schema).not.toBeNull()
    expect(contentIn(schema ?? [])).toBe(content)
  })

  it.each([
    ['fts5(a, columnsize=0)', 'words_docsize'],
    ['fts4(a, matchinfo=fts3)', 'words_docsize'],
    ['fts3(a)', 'words_docsize'],
    ['fts3(a)', 'words_stat'],
  ])('of %s are not one that it has no use for: the rows of %s are content', (declared, name) => {
    const database = new DatabaseSync(':memory:', { defensive: false })
    database.exec(`CREATE TABLE ${name} (a); CREATE VIRTUAL TABLE words USING ${declared}`)
    const before = digestDatabase(nativeSource(database)).value
    database.exec(`INSERT INTO ${name} VALUES ('the only copy')`)
    expect(digestDatabase(nativeSource(database)).value).not.toBe(before)
    expect(ordinaryTables(readSchema(database)).map((table) => table.name)).toEqual([name])
    database.close()
  })

  it('are not the table of another name that it is over', () => {
    const schema = schemaOf(
      'CREATE TABLE words_content (id INTEGER PRIMARY KEY, a)',
      "CREATE VIRTUAL TABLE words USING fts5(a, content='words_content', content_rowid='id')",
    )
    expect(ordinaryTables(schema ?? []).map(({ name }) => name)).toEqual(['words_content'])
  })

  it('are not those of a name that only other letters’ case makes the same', () => {
    const schema = schemaOf('CREATE VIRTUAL TABLE "Ä" USING fts5(a)', 'CREATE TABLE "ä_data" (a)')
    expect(ordinaryTables(schema ?? []).map(({ name }) => name)).toEqual(['ä_data'])
  })

  it('are the one in which FTS3 keeps how it merges, once it does', () => {
    const schema = schemaOf(
      'CREATE VIRTUAL TABLE words USING fts3(a)',
      "INSERT INTO words(words) VALUES ('automerge=4')",
      'ALTER TABLE words RENAME TO others',
    )
    expect([...derivedTables(schema ?? [])]).toContain('others_stat')
  })
})
