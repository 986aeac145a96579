import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Outcome, TableComparison } from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSampleHub } from '../../examples/sample-hub/create.ts'
import { inProcessEngine } from '../fakes/in-process-engine.ts'
import { testEngine } from '../support/engine.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** A file made by SQL; the one before it is replaced. */
function make(path: string, sql: string, options: { defensive?: boolean } = {}): string {
  writeFileSync(path, '')
  const database = new DatabaseSync(path, options)
  database.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; ${sql}`)
  database.close()
  return path
}

/** What the engine makes of two files made by SQL. */
function compare(before: string, after: string): Promise<Outcome<readonly TableComparison[]>> {
  const directory = temporaryDirectory()
  return inProcessEngine().compare(
    make(join(directory, 'before.db'), before),
    make(join(directory, 'after.db'), after),
  )
}

async function tablesOf(before: string, after: string): Promise<readonly TableComparison[]> {
  const outcome = await compare(before, after)
  if (outcome.state !== 'done') throw new Error(JSON.stringify(outcome))
  return outcome.value
}

const rowid = 'CREATE TABLE t (id INTEGER PRIMARY KEY, a)'
const keyed = 'CREATE TABLE t (k PRIMARY KEY, a) WITHOUT ROWID'
const positionLess = 'CREATE TABLE t (rowid, _rowid_, oid)'

const filled = (definition: string, values: string): string =>
  `${definition}; ${values === '' ? '' : `INSERT INTO t VALUES ${values};`}`

/** Counts of the one table of both. */
async function counts(definition: string, before: string, after: string, later = definition) {
  const [table] = await tablesOf(filled(definition, before), filled(later, after))
  if (table === undefined) throw new Error('there is no table')
  const { added, changed, lost } = table
  return { added, changed, lost }
}

const nothing = { added: 0, changed: 0, lost: 0 }

describe('two files', () => {
  it('are compared in a process of its own, table by table as the digest has them, and only read', async () => {
    const directory = temporaryDirectory()
    const { database } = createSampleHub({ directory: temporaryDirectory(), journalMode: 'delete' })
    const [before, after] = [join(directory, 'before.db'), join(directory, 'after.db')]
    writeFileSync(before, readFileSync(database))
    writeFileSync(after, readFileSync(database))
    const hub = new DatabaseSync(after)
    hub.exec(`DELETE FROM articles WHERE id IN (SELECT id FROM articles LIMIT 3);
      UPDATE articles SET title = 'x' WHERE id = (SELECT max(id) FROM articles);
      DROP TABLE commands; CREATE TABLE fresh (a); INSERT INTO fresh VALUES (1), (2)`)
    hub.close()
    const files = [readFileSync(before), readFileSync(after)]
    const engine = testEngine()
    const outcome = await engine.compare(before, after)
    if (outcome.state !== 'done') throw new Error(JSON.stringify(outcome))
    const of = (name: string) => outcome.value.find((table) => table.name === name)
    expect(of('articles')).toMatchObject({ added: 0, changed: 1, lost: 3, by: 'rowid' })
    expect(of('commands')).toMatchObject({ rowsAfter: null, added: 0, changed: 0 })
    expect(of('commands')?.lost).toBe(of('commands')?.rowsBefore)
    expect(of('fresh')).toMatchObject({ rowsBefore: null, rowsAfter: 2, added: 2, changed: 0, lost: 0 })
    const digest = await engine.examine(before, { parts: ['digest'], scratch: directory })
    const digested = digest.digest.state === 'done' ? digest.digest.value.tables : []
    expect(outcome.value.filter(({ rowsBefore }) => rowsBefore !== null)).toEqual(
      digested.map(({ name, rows }) => expect.objectContaining({ name, rowsBefore: rows })),
    )
    expect([readFileSync(before), readFileSync(after)]).toEqual(files)
    expect(readdirSync(directory).sort()).toEqual(['after.db', 'before.db'])
  })

  it('that are the same differ in nothing, compacted or not', async () => {
    const directory = temporaryDirectory()
    const { database } = createSampleHub({ directory, journalMode: 'delete' })
    const target = join(directory, 'compact.db')
    const hub = new DatabaseSync(database)
    hub.prepare('VACUUM INTO ?').run(target)
    hub.close()
    const outcome = await inProcessEngine().compare(database, target)
    if (outcome.state !== 'done') throw new Error(JSON.stringify(outcome))
    expect(outcome.value.length).toBeGreaterThan(3)
    for (const table of outcome.value) {
      expect(table).toMatchObject({ ...nothing, rowsAfter: table.rowsBefore })
    }
  })
})

describe('rows are matched', () => {
  it('by rowid, whatever the key is called', async () => {
    expect(await counts(rowid, "(1, 'a'), (2, 'b'), (3, 'c')", "(2, 'x'), (3, 'c'), (4, 'd')")).toEqual({
      added: 1,
      changed: 1,
      lost: 1,
    })
    expect(await counts('CREATE TABLE t (rowid TEXT PRIMARY KEY, a)', "('x', 1)", "('y', 1)")).toMatchObject({
      changed: 1,
    })
  })

  it('by primary key without rowid, under BINARY whatever its collation or direction', async () => {
    const definition = 'CREATE TABLE t (k TEXT COLLATE NOCASE, a, PRIMARY KEY (k DESC)) WITHOUT ROWID'
    expect(await counts(definition, "('B', 1), ('a', 2), ('c', 3)", "('b', 1), ('a', 3), ('c', 3)")).toEqual({
      added: 1,
      changed: 1,
      lost: 1,
    })
  })

  it('as wholes where there is nothing to tell them by', async () => {
    const [table] = await tablesOf(
      filled(positionLess, '(1, 2, 3), (1, 2, 3), (1.0, 2, 3), (4, 5, 6)'),
      filled(positionLess, '(1, 2, 3), (4, 5, 7), (1, 2.0, 3)'),
    )
    expect(table).toEqual({
      name: 't',
      rowsBefore: 4,
      rowsAfter: 3,
      added: 2,
      changed: 0,
      lost: 3,
      by: 'position-less',
    })
  })

  it('not at all where the key is another one', async () => {
    const rows = "('a', 'b'), ('c', 'd')"
    const other = 'CREATE TABLE t (k, a PRIMARY KEY) WITHOUT ROWID'
    expect(await counts(keyed, rows, rows, other)).toEqual({ added: 2, changed: 0, lost: 2 })
    const both = 'CREATE TABLE t (k, a, PRIMARY KEY (k, a)) WITHOUT ROWID'
    expect(await counts(keyed, rows, rows, both)).toEqual({ added: 2, changed: 0, lost: 2 })
    const [table] = await tablesOf(filled(rowid, "(1, 'a')"), filled(keyed, "(1, 'a'), (2, 'b')"))
    expect(table).toMatchObject({ added: 2, changed: 0, lost: 1, by: 'primary-key' })
  })
})

describe('a row has changed', () => {
  const change = (before: string, after: string) => counts(rowid, `(1, ${before})`, `(1, ${after})`)

  it.each([
    ['an integer and a real', '1', '1.0'],
    ['a number and its text', '1', "'1'"],
    ['a text and its bytes', "'a'", "x'61'"],
    ['nothing and an empty text', 'NULL', "''"],
    ['large integers that are one as a double', '9007199254740993', '9007199254740992'],
    ['invalid UTF-8', "CAST(x'ff' AS TEXT)", "CAST(x'fe' AS TEXT)"],
    ['what follows a zero byte', "CAST(x'610062' AS TEXT)", "CAST(x'610063' AS TEXT)"],
    ['case', "'a'", "'A'"],
    ['a long text at its end', "hex(zeroblob(100000)) || 'a'", "hex(zeroblob(100000)) || 'b'"],
  ])('between %s', async (_, before, after) => {
    expect(await change(before, after)).toEqual({ ...nothing, changed: 1 })
    expect(await change(after, after)).toEqual(nothing)
  })

  it('not between both zeros, in generated columns, or by the names of its columns', async () => {
    expect(await change('0.0', '-0.0')).toEqual(nothing)
    const generated = (sql: string) => `CREATE TABLE t (a, b AS (${sql})); INSERT INTO t (a) VALUES (1)`
    expect(await tablesOf(generated('a + 1'), generated('a + 2'))).toMatchObject([nothing])
    const renamed = 'CREATE TABLE t (id INTEGER PRIMARY KEY, b)'
    expect(await counts(rowid, "(1, 'a')", "(1, 'a')", renamed)).toEqual(nothing)
  })

  it('by a column more or less, and by the encoding of its texts', async () => {
    const wider = 'CREATE TABLE t (id INTEGER PRIMARY KEY, a, b)'
    expect(await counts(rowid, "(1, 'a'), (2, 'b')", "(1, 'a', NULL), (3, 'c', 1)", wider)).toEqual({
      added: 1,
      changed: 1,
      lost: 1,
    })
    const utf16 = `PRAGMA encoding = 'UTF-16le'; ${filled(rowid, "(1, 'ä'), (2, 5), (3, '')")}`
    expect(await tablesOf(filled(rowid, "(1, 'ä'), (2, 5), (3, '')"), utf16)).toMatchObject([
      { ...nothing, changed: 1 },
    ])
  })
})

describe('hostile and damaged files', () => {
  it('are named in what is wrong with them', async () => {
    const directory = temporaryDirectory()
    const sound = make(join(directory, 'sound.db'), rowid)
    const text = join(directory, 'text.db')
    writeFileSync(text, 'hello\n'.repeat(200))
    const engine = inProcessEngine()
    expect(await engine.compare(sound, text)).toMatchObject({
      state: 'fault',
      fault: { kind: 'not-a-database', message: expect.stringContaining('text.db') },
    })
    expect(await engine.compare(join(directory, 'none.db'), sound)).toMatchObject({
      state: 'fault',
      fault: { kind: 'missing' },
    })
  })

  it('whose rows are not in the order of their keys are corrupt', async () => {
    const directory = temporaryDirectory()
    const sound = make(join(directory, 'sound.db'), filled(rowid, "(1, 'a'), (2, 'b'), (3, 'c')"))
    const bytes = readFileSync(sound)
    // Page 2 is the table’s only one; where its cells are stands after its header of 8 bytes.
    const cells = bytes.subarray(4096 + 8, 4096 + 12)
    cells.set([...cells.subarray(2), ...cells.subarray(0, 2)])
    const damaged = join(directory, 'damaged.db')
    writeFileSync(damaged, bytes)
    expect(await inProcessEngine().compare(sound, damaged)).toEqual({
      state: 'fault',
      fault: {
        kind: 'corrupt',
        message: 'damaged.db: the rows of t are not in the order of their keys',
        missing: [],
      },
    })
  })

  it('with hostile names, and tables of very many columns, do no harm', async () => {
    const columns = Array.from({ length: 1500 }, (_, i) => `c${i}`)
    const values = columns.map((_, i) => i)
    const sql = `CREATE TABLE "a""b; DROP TABLE x --" ("c""d", [e f], "'"); CREATE TABLE "" ("" PRIMARY KEY) WITHOUT ROWID;
      INSERT INTO "a""b; DROP TABLE x --" VALUES (1, 2, 3); INSERT INTO "" VALUES (1);
      CREATE TABLE wide (${columns}); INSERT INTO wide VALUES (${values});
      CREATE TABLE whole (rowid, _rowid_, oid, ${columns}); INSERT INTO whole VALUES (1, 2, 3, ${values});`
    const tables = await tablesOf(sql, `${sql} UPDATE wide SET c1499 = -1; UPDATE whole SET c1499 = -1`)
    expect(tables.map(({ added, changed, lost, name }) => [name, added, changed, lost])).toEqual([
      ['a"b; DROP TABLE x --', 0, 0, 0],
      ['', 0, 0, 0],
      ['wide', 0, 1, 0],
      ['whole', 1, 0, 1],
    ])
  })

  it('end with their process at its limit of time', async () => {
    const directory = temporaryDirectory()
    const path = make(join(directory, 'a.db'), rowid)
    expect(await testEngine({ timeLimit: 1 }).compare(path, path)).toMatchObject({
      state: 'stopped',
      by: 'time-limit',
    })
  })
})

/** A stored value without any of our own code: its type, and what tells it apart from others of it. */
type Canonical = readonly [type: string, value: string]

const storedSql = (column: string) =>
  `typeof(${column}), CASE WHEN typeof(${column}) IN ('text', 'blob') THEN hex(CAST(${column} AS BLOB)) ELSE ${column} END`

/** All rows of a table, each as its values, by plain SQL. */
function readAll(path: string, columns: readonly string[]): Canonical[][] {
  const database = new DatabaseSync(path, { readOnly: true })
  const statement = database.prepare(`SELECT ${columns.map(storedSql)} FROM t`)
  statement.setReadBigInts(true)
  statement.setReturnArrays(true)
  const rows = statement.all().map((row) => {
    const flat = Object.values(row)
    return columns.map((_, i): Canonical => [String(flat[2 * i]), String(flat[2 * i + 1])])
  })
  database.close()
  return rows
}

/** What SQLite calls equal in a key: numbers by their value. */
const asKey = ([type, value]: Canonical): string => {
  if (type === 'integer') return `number ${value}`
  if (type !== 'real') return `${type} ${value}`
  return `number ${Number.isInteger(Number(value)) ? BigInt(Number(value)) : value}`
}

const textOf = (row: readonly Canonical[]): string => JSON.stringify(row)

/** The comparison, the naive way: all rows of both in maps by their keys. */
function naively(before: Canonical[][], after: Canonical[][], keys: number | 'all') {
  if (keys === 'all') {
    const left = after.map(textOf)
    for (const row of before) {
      const at = left.indexOf(textOf(row))
      if (at >= 0) left.splice(at, 1)
    }
    return { added: left.length, changed: 0, lost: before.length - (after.length - left.length) }
  }
  const byKey = (rows: Canonical[][]) =>
    new Map(rows.map((row) => [row.slice(0, keys).map(asKey).join('|'), textOf(row)]))
  const [old, now] = [byKey(before), byKey(after)]
  const common = [...old].filter(([key]) => now.has(key))
  return {
    added: now.size - common.length,
    changed: common.filter(([key, row]) => now.get(key) !== row).length,
    lost: old.size - common.length,
  }
}

describe('whatever is stored', () => {
  const value = fc.oneof(
    fc.constantFrom(
      ...[
        'NULL',
        '0',
        '1',
        '1.0',
        '0.0',
        '-0.0',
        '0.5',
        '9e999',
        '-9e999',
        "''",
        "x''",
        "'a'",
        "'A'",
        "x'61'",
      ],
      ...['9007199254740993', '9007199254740992', '9007199254740992.0', '9223372036854775807'],
      ...['9223372036854775807.0', '(-9223372036854775807 - 1)', '-9223372036854775808.0'],
      ...[
        "CAST(x'ff' AS TEXT)",
        "CAST(x'fe' AS TEXT)",
        "CAST(x'6100' AS TEXT)",
        "'a '",
        "'ä'",
        "'🗼'",
        "'\uffff'",
      ],
    ),
    fc.uint8Array({ maxLength: 3 }).map((bytes) => `CAST(x'${Buffer.from(bytes).toString('hex')}' AS TEXT)`),
    fc.uint8Array({ maxLength: 3 }).map((bytes) => `x'${Buffer.from(bytes).toString('hex')}'`),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number.toExponential()),
    fc.integer({ min: -3, max: 3 }).map(String),
  )
  const rowids = fc.oneof(
    fc.integer({ min: -5, max: 10 }).map(String),
    fc.constantFrom(
      '9223372036854775807',
      '(-9223372036854775807 - 1)',
      '9007199254740993',
      '9007199254740992',
    ),
  )
  const integers = fc.tuple(rowids, value, value)
  const values = fc.tuple(value, value, value)
  // Few, so that whole rows are equal, or would be if 1 were 1.0.
  const few = fc.constantFrom('NULL', '0', '1', '1.0', '0.0', '-0.0', "'a'", "x'61'")
  const wholes = fc.tuple(fc.oneof(few, value), few, few)
  const kinds = [
    { title: 'by rowid', sql: 'CREATE TABLE t (a INTEGER PRIMARY KEY, b, c)', row: integers, keys: 1 },
    {
      title: 'by primary key',
      sql: 'CREATE TABLE t (a, b, c, PRIMARY KEY (a)) WITHOUT ROWID',
      row: values,
      keys: 1,
    },
    {
      title: 'by a key of two columns with collations',
      sql: 'CREATE TABLE t (a COLLATE NOCASE, b COLLATE RTRIM, c, PRIMARY KEY (b DESC, a)) WITHOUT ROWID',
      row: values,
      keys: 2,
    },
    {
      title: 'as wholes',
      sql: 'CREATE TABLE t (rowid, _rowid_, oid)',
      row: wholes,
      keys: 'all',
    },
  ] as const

  for (const { keys, row, sql, title } of kinds) {
    it.each(['UTF-8', 'UTF-16le', 'UTF-16be'])(
      `is compared ${title} as a naive comparison does, in %s`,
      async (encoding) => {
        const directory = temporaryDirectory()
        const columns = keys === 'all' ? ['"rowid"', '"_rowid_"', '"oid"'] : ['a', 'b', 'c']
        const rows = fc.array(row, { maxLength: 25 })
        const fill = (name: string, all: readonly (readonly string[])[]) =>
          make(
            join(directory, name),
            `PRAGMA encoding = '${encoding}'; ${sql}; BEGIN;
             ${all.map((each) => `INSERT OR IGNORE INTO t VALUES (${each});`).join('\n')} COMMIT`,
          )
        // What both have, what only one has, and what is under the same key with other values.
        const pairs = fc.tuple(rows, rows, rows, value)
        await fc.assert(
          fc.asyncProperty(pairs, async ([common, old, now, other]) => {
            const changed = common.map(([a, b, c], i) => [a, b, i % 4 === 0 ? other : c])
            const before = fill('before.db', [...common, ...old])
            const after = fill('after.db', [...changed.reverse(), ...now])
            const [stored, later] = [readAll(before, columns), readAll(after, columns)]
            const expected = naively(stored, later, keys)
            expect(await inProcessEngine().compare(before, after)).toEqual({
              state: 'done',
              value: [
                expect.objectContaining({ ...expected, rowsBefore: stored.length, rowsAfter: later.length }),
              ],
            })
          }),
          { numRuns: 60 },
        )
      },
    )
  }
})
