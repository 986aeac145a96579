import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { digestDatabase, digestWithoutRows } from '../../layers/sqlite/src/digest/database.ts'
import { nativeSource } from '../../layers/sqlite/src/digest/native-source.ts'
import type { RowSource } from '../../layers/sqlite/src/digest/source.ts'
import { testEngine } from '../support/engine.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** What is read of a database in memory, made by SQL. */
function readOf<T>(sql: string, read: (source: RowSource) => T, options: { defensive?: boolean } = {}): T {
  const database = new DatabaseSync(':memory:', options)
  database.exec(sql)
  const value = read(nativeSource(database))
  database.close()
  return value
}

const digestOf = (sql: string, options: { defensive?: boolean } = {}) => readOf(sql, digestDatabase, options)

const same = (one: string, other: string): boolean => digestOf(one).value === digestOf(other).value

const table = (values: string, definition = 'CREATE TABLE t (a)'): string =>
  `${definition}; INSERT INTO t VALUES ${values};`

describe('known answers of digest version 1', () => {
  // These never change: a certificate of today has to be comparable in ten years.
  it('of an empty schema', () => {
    expect(digestOf('').value).toMatchInlineSnapshot(
      `"61be5d02931cf4b5bc0191b54ff6f55509a278b172d534d704eebbfa8afa45e2"`,
    )
  })

  it('of a table with a value of each type', () => {
    const digest = digestOf(table("(NULL), (1), (1.5), ('text'), (x'00ff')"))
    expect(digest.value).toMatchInlineSnapshot(
      `"03825aae1549883c095a2f9c8deedf3fae2b411d2f55aec32a6102957afb8a8a"`,
    )
    expect(digest.tables).toMatchInlineSnapshot(`
      [
        {
          "digest": "142d6a2a154fb635ca56a41564dc776ad9bcdb4721efc100da57eb103ebbaa0a",
          "name": "t",
          "rows": 5,
        },
      ]
    `)
  })
})

describe('the bytes of a table', () => {
  it('are those that docs/digest.md specifies', () => {
    const integer = (value: bigint) => {
      const bytes = Buffer.alloc(9, 'I')
      bytes.writeBigInt64BE(value, 1)
      return bytes
    }
    const real = Buffer.alloc(9, 'F')
    real.writeDoubleBE(1.5, 1)
    const sized = (tag: string, content: Buffer) =>
      Buffer.concat([Buffer.from(tag), Buffer.from([0, 0, 0, 0, 0, 0, 0, content.length]), content])
    const rows = Buffer.concat([
      ...[integer(1n), Buffer.from('N')],
      ...[integer(2n), integer(-1n)],
      ...[integer(3n), real],
      ...[integer(4n), sized('T', Buffer.from('text'))],
      ...[integer(5n), sized('B', Buffer.from([0, 255]))],
    ])
    const expected = createHash('sha256').update(rows).digest('hex')
    const digest = digestOf(table("(NULL), (-1), (1.5), ('text'), (x'00ff')"))
    expect(digest.tables).toEqual([{ name: 't', rows: 5, digest: expected }])
  })
})

describe('what tells values apart', () => {
  it('a number and its text, 1 and 1.0, a text and its bytes', () => {
    expect(same(table('(1)'), table("('1')"))).toBe(false)
    expect(same(table('(1)'), table('(1.0)'))).toBe(false)
    expect(same(table("('a')"), table("(x'61')"))).toBe(false)
    expect(same(table('(NULL)'), table("('')"))).toBe(false)
  })

  it('not the sign of zero, which SQLite does not keep either', () => {
    expect(same(table('(0.0)'), table('(-0.0)'))).toBe(true)
  })

  it('infinities, and the ends of 64-bit integers', () => {
    expect(same(table('(9e999)'), table('(-9e999)'))).toBe(false)
    expect(same(table('(9223372036854775807)'), table('(9223372036854775806)'))).toBe(false)
    expect(same(table('(-9223372036854775808)'), table('(-9223372036854775807)'))).toBe(false)
    expect(same(table('(9007199254740993)'), table('(9007199254740992)'))).toBe(false)
  })

  it('texts that only a byte tells apart: invalid UTF-8, zero bytes, case under NOCASE', () => {
    expect(same(table("(CAST(x'ff' AS TEXT))"), table("(CAST(x'fe' AS TEXT))"))).toBe(false)
    expect(same(table("(CAST(x'610062' AS TEXT))"), table("(CAST(x'610063' AS TEXT))"))).toBe(false)
    const nocase = 'CREATE TABLE t (a COLLATE NOCASE)'
    expect(same(table("('A')", nocase), table("('a')", nocase))).toBe(false)
  })

  it('where one value ends and the next begins', () => {
    const two = 'CREATE TABLE t (a, b)'
    expect(same(table("('ab', 'c')", two), table("('a', 'bc')", two))).toBe(false)
  })
})

describe('what tells rows apart', () => {
  it('their rowids: a renumbered table is another one', () => {
    const insert = (rowids: string) => `CREATE TABLE t (a); INSERT INTO t (rowid, a) VALUES ${rowids}`
    expect(same(insert("(1, 'x'), (2, 'y')"), insert("(1, 'x'), (3, 'y')"))).toBe(false)
  })

  it('not the order of insertion', () => {
    const insert = (rowids: string) => `CREATE TABLE t (a); INSERT INTO t (rowid, a) VALUES ${rowids}`
    expect(same(insert("(1, 'x'), (2, 'y')"), insert("(2, 'y'), (1, 'x')"))).toBe(true)
  })

  it('their number: a duplicate counts', () => {
    expect(same(table("('x')"), table("('x'), ('x')"))).toBe(false)
  })

  it('in tables without rowid, by their key under BINARY whatever its collation or direction', () => {
    const definitions = [
      'CREATE TABLE t (a TEXT COLLATE NOCASE PRIMARY KEY, b) WITHOUT ROWID',
      'CREATE TABLE t (a TEXT, b, PRIMARY KEY (a DESC)) WITHOUT ROWID',
    ]
    for (const definition of definitions) {
      expect(same(table("('B', 1), ('a', 2)", definition), table("('a', 2), ('B', 1)", definition))).toBe(
        true,
      )
      expect(same(table("('B', 1), ('a', 2)", definition), table("('B', 2), ('a', 1)", definition))).toBe(
        false,
      )
    }
  })

  it('with columns that are named like the rowid', () => {
    const one = 'CREATE TABLE t (rowid TEXT, a)'
    expect(same(table("('x', 1)", one), table("('y', 1)", one))).toBe(false)
    const all = 'CREATE TABLE t (rowid TEXT, _rowid_ TEXT, oid TEXT)'
    expect(same(table("('x', 'y', 'z')", all), table("('x', 'y', 'w')", all))).toBe(false)
  })
})

describe('what counts of a schema', () => {
  it('generated columns do not: they follow from the others', () => {
    const digest = digestOf(
      'CREATE TABLE t (a, b AS (a + 1) VIRTUAL, c AS (a + 2) STORED); INSERT INTO t (a) VALUES (1)',
    )
    expect(digest.tables[0]).toMatchObject({ rows: 1, digest: digestOf(table('(1)')).tables[0]?.digest })
  })

  it('an index, a trigger, a view, user_version and application_id do', () => {
    const base = table('(1)')
    for (const more of [
      'CREATE INDEX i ON t (a)',
      'CREATE VIEW v AS SELECT 1',
      'CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END',
      'PRAGMA user_version = 7',
      'PRAGMA application_id = 7',
    ]) {
      expect(same(base, `${base} ${more}`), more).toBe(false)
    }
  })

  it('sqlite_sequence does, statistics do not', () => {
    const base = 'CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO t DEFAULT VALUES;'
    expect(same(base, `${base} UPDATE sqlite_sequence SET seq = 99`)).toBe(false)
    expect(same(base, `${base} CREATE INDEX i ON t (id)`)).toBe(false)
    const indexed = `${base} CREATE INDEX i ON t (id);`
    expect(same(indexed, `${indexed} ANALYZE`)).toBe(true)
  })

  it('the encoding does', () => {
    expect(same(table("('ä')"), `PRAGMA encoding = 'UTF-16le'; ${table("('ä')")}`)).toBe(false)
  })

  it('hostile names do no harm', () => {
    const digest = digestOf(
      `CREATE TABLE "a""b; DROP TABLE x --" ("c""d" , [e f], "'", "
" );
       INSERT INTO "a""b; DROP TABLE x --" VALUES (1, 2, 3, 4);
       CREATE TABLE "🗼" ("") ; INSERT INTO "🗼" VALUES (1);
       CREATE TABLE "" (a); INSERT INTO "" VALUES (1);`,
    )
    expect(digest.tables.map(({ name, rows }) => [name, rows])).toEqual([
      ['a"b; DROP TABLE x --', 1],
      ['🗼', 1],
      ['', 1],
    ])
  })

  it('a table of more columns than an expression may be deep can be read', () => {
    const columns = Array.from({ length: 1500 }, (_, i) => `c${i}`)
    const values = columns.map((_, i) => i)
    const digest = digestOf(`CREATE TABLE t (${columns}); INSERT INTO t VALUES (${values})`)
    expect(digest.tables[0]?.rows).toBe(1)
  })

  it('a table whose columns need an unknown collation can be read', () => {
    const sql = `CREATE TABLE t (a); INSERT INTO t VALUES ('x');
      PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = 'CREATE TABLE t (a COLLATE klingon)';
      PRAGMA writable_schema = RESET;`
    expect(digestOf(sql, { defensive: false }).tables[0]?.rows).toBe(1)
  })
})

describe('what a database is but for its rows', () => {
  const base = 'CREATE TABLE t (a, b); CREATE INDEX i ON t (a); PRAGMA user_version = 3;'
  const of = (sql: string): string => readOf(`${base} ${sql}`, digestWithoutRows)

  it('stays the same whatever its rows are', () => {
    expect(of("INSERT INTO t VALUES (1, 'x'), (2, 'y'); ANALYZE")).toBe(of(''))
  })

  it.each([
    'PRAGMA user_version = 4',
    'PRAGMA application_id = 1',
    'DROP INDEX i',
    'CREATE VIEW v AS SELECT a FROM t',
    'CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM t; END',
    'ALTER TABLE t ADD COLUMN c',
  ])('is another after %s', (sql) => {
    expect(of(sql)).not.toBe(of(''))
  })
})

describe('full-text indexes', () => {
  const filled = (options: string) => `CREATE VIRTUAL TABLE s USING fts5 (a${options});
    INSERT INTO s (rowid, a) VALUES (1, 'one'); INSERT INTO s (rowid, a) VALUES (2, 'two');`

  it('count by their content, so that merging them changes nothing', () => {
    const sql = filled('')
    expect(same(sql, `${sql} INSERT INTO s (s) VALUES ('optimize')`)).toBe(true)
    expect(same(sql, `${sql} UPDATE s SET a = 'three' WHERE rowid = 2`)).toBe(false)
    expect(digestOf(sql).tables.map(({ name }) => name)).toEqual(['s_content'])
  })

  it('count whole when they are contentless: they are all there is', () => {
    expect(digestOf(filled(", content=''")).tables.map(({ name }) => name)).toEqual([
      's_data',
      's_idx',
      's_docsize',
      's_config',
    ])
  })

  it('of the older kinds count by their content too', () => {
    const sql = "CREATE VIRTUAL TABLE s USING fts4 (a); INSERT INTO s VALUES ('one'), ('two');"
    expect(same(sql, `${sql} INSERT INTO s (s) VALUES ('optimize')`)).toBe(true)
    expect(digestOf(sql).tables.map(({ name }) => name)).toEqual(['s_content'])
  })
})

describe('two engines', () => {
  const values = fc.oneof(
    fc.constant('NULL'),
    fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }).map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toExponential()),
    fc.string({ unit: 'binary' }).map((text) => `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => `x'${Buffer.from(bytes).toString('hex')}'`),
  )

  it('agree on whatever is stored, and VACUUM changes nothing', async () => {
    const directory = temporaryDirectory()
    const rows = fc.sample(fc.tuple(values, values), { numRuns: 300, seed: 5 })
    const path = join(directory, 'a.db')
    const database = new DatabaseSync(path)
    database.exec('CREATE TABLE t (a, b); CREATE TABLE w (k INTEGER PRIMARY KEY, v) WITHOUT ROWID')
    for (const [a, b] of rows) database.exec(`INSERT INTO t VALUES (${a}, ${b})`)
    database.exec('INSERT INTO w SELECT rowid, b FROM t; DELETE FROM t WHERE rowid % 3 = 0')
    database.prepare('VACUUM INTO ?').run(join(directory, 'b.db'))
    const native = digestDatabase(nativeSource(database)).value
    database.close()
    const engine = testEngine()
    for (const name of ['a.db', 'b.db']) {
      const second = await engine.crossCheck(join(directory, name))
      expect(second).toMatchObject({
        state: 'done',
        value: { digest: native, integrity: [], seconds: expect.any(Number) },
      })
    }
  })

  it('agree in UTF-16', async () => {
    const path = join(temporaryDirectory(), 'a.db')
    const database = new DatabaseSync(path)
    database.exec(`PRAGMA encoding = 'UTF-16be'; ${table("('ä'), ('🗼'), (x'd800')")}`)
    const native = digestDatabase(nativeSource(database)).value
    database.close()
    expect(await testEngine().crossCheck(path)).toMatchObject({ value: { digest: native } })
  })
})
