import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Examination, examinationParts, type TableContents } from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSampleHub } from '../../examples/sample-hub/create.ts'
import { readContents } from '../../layers/sqlite/src/examine/contents.ts'
import { holdsTimestamps, instantOf } from '../../layers/sqlite/src/examine/timestamps.ts'
import { testEngine } from '../support/engine.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** What the tables of a database in memory hold, made by SQL. */
function contentsOf(sql: string, options: { defensive?: boolean } = {}): TableContents[] {
  const database = new DatabaseSync(':memory:', options)
  database.exec(sql)
  const contents = readContents(database)
  database.close()
  return contents
}

const newestOf = (sql: string): TableContents['newest'] | undefined => contentsOf(sql)[0]?.newest

const done = <T>(outcome: { state: string; value?: T }): T => {
  if (outcome.state !== 'done' || outcome.value === undefined) throw new Error(JSON.stringify(outcome))
  return outcome.value
}

const look = (path: string): Promise<Examination> =>
  testEngine().examine(path, { parts: examinationParts, scratch: temporaryDirectory() })

describe('contents as a part of an examination', () => {
  it('cover the tables that the digest covers, and are only read', async () => {
    const directory = temporaryDirectory()
    const { database } = createSampleHub({ directory, journalMode: 'delete', articles: 200 })
    const before = readFileSync(database)
    const seen = await look(database)
    const contents = done(seen.contents)
    expect(contents.map(({ name }) => name)).toEqual(done(seen.digest).tables.map(({ name }) => name))
    expect(contents.find(({ name }) => name === 'articles')).toMatchObject({
      payloadBytes: expect.any(Number),
      newest: { column: expect.any(String), at: expect.stringMatching(/^20.*Z$/) },
    })
    expect(readFileSync(database).equals(before)).toBe(true)
  })

  it('come with how long each part took that was asked for, and no other', async () => {
    const { database } = createSampleHub({ directory: temporaryDirectory(), journalMode: 'delete' })
    const all = await look(database)
    expect(Object.keys(all.seconds).sort()).toEqual([...examinationParts].sort())
    expect(Object.values(all.seconds).every((seconds) => seconds > 0)).toBe(true)
    const some = await testEngine().examine(database, {
      parts: ['contents'],
      scratch: temporaryDirectory(),
    })
    expect(Object.keys(some.seconds)).toEqual(['structure', 'contents'])
    expect(some.digest).toMatchObject({ state: 'skipped' })
  })

  it('are a fault where the file is none, and stopped where the process was', async () => {
    const seen = await look(join(temporaryDirectory(), 'a.db'))
    expect(seen.contents).toMatchObject({ state: 'fault', fault: { kind: 'missing' } })
    const { database } = createSampleHub({ directory: temporaryDirectory(), journalMode: 'delete' })
    const ended = await testEngine({ timeLimit: 1 }).examine(database, {
      parts: ['contents'],
      scratch: temporaryDirectory(),
    })
    expect(ended).toMatchObject({ contents: { state: 'stopped', by: 'time-limit' }, seconds: {} })
  })
})

describe('the bytes of a table', () => {
  it.each([
    ['with rowids', 'CREATE TABLE t (a INTEGER PRIMARY KEY, b)'],
    ['without rowid', 'CREATE TABLE t (a INTEGER PRIMARY KEY, b) WITHOUT ROWID'],
  ])('%s are those of its rows, wherever they lie', (_, definition) => {
    const database = new DatabaseSync(':memory:')
    database.exec(`${definition};
      CREATE INDEX i ON t (b);
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
      INSERT INTO t SELECT i * 7919 % 3001, randomblob(i % 2000) FROM n;
      UPDATE t SET b = randomblob(9000) WHERE a % 50 = 0;
      DELETE FROM t WHERE a % 3 = 0;`)
    const [before] = readContents(database)
    const [stored = 0, rows = 0] = Object.values(
      database.prepare('SELECT sum(length(b)), count(*) FROM t').get() ?? {},
    ).map(Number)
    database.exec('VACUUM')
    const [after] = readContents(database)
    database.close()
    expect(after).toEqual(before)
    // The values, and a few bytes a row for their types and keys.
    expect(before?.payloadBytes).toBeGreaterThan(stored)
    expect(before?.payloadBytes).toBeLessThan(stored + 10 * rows)
  })

  it('are none of an empty table', () => {
    expect(contentsOf('CREATE TABLE t (created_at)')).toEqual([{ name: 't', payloadBytes: 0, newest: null }])
  })
})

describe('the newest point in time in a table', () => {
  it.each([
    ['a date', "'2024-03-01'", '2024-03-01T00:00:00.000Z'],
    ['as SQLite writes it', "'2024-03-01 12:30:00'", '2024-03-01T12:30:00.000Z'],
    ['with a T, a fraction and a Z', "'2024-03-01T12:30:00.250Z'", '2024-03-01T12:30:00.250Z'],
    ['with a zone', "'2024-03-01T12:30:00+02:00'", '2024-03-01T10:30:00.000Z'],
    ['as Python writes it', "'2024-03-01 12:30:00.123456+00:00'", '2024-03-01T12:30:00.123Z'],
    ['seconds', '1709296200', '2024-03-01T12:30:00.000Z'],
    ['seconds as a real', '1709296200.25', '2024-03-01T12:30:00.250Z'],
    ['milliseconds', '1709296200250', '2024-03-01T12:30:00.250Z'],
    ['microseconds', '1709296200250000', '2024-03-01T12:30:00.250Z'],
  ])('is found: %s', (_, value, at) => {
    expect(newestOf(`CREATE TABLE t (a, created_at); INSERT INTO t VALUES (1, ${value})`)).toEqual({
      column: 'created_at',
      at,
    })
  })

  it.each([
    ['NULL', 'NULL'],
    ['a blob of a date', "CAST('2024-03-01' AS BLOB)"],
    ['a sentinel', "'9999-12-31'"],
    ['a time long past', "'1970-01-01'"],
    ['zero', '0'],
    ['a number that is no time in any unit', '20240301'],
    ['the largest integer', '9223372036854775807'],
    ['infinity', '9e999'],
    ['a word that SQLite would take', "'now'"],
    ['a number of days that SQLite would take', "'2460370.5'"],
    ['a number as text', "'1709296200'"],
    ['a date with more behind it', "'2024-03-01 was a Friday'"],
    ['a month that is none', "'2024-13-01'"],
    ['invalid UTF-8', "CAST(x'323032342d30332d303120ff' AS TEXT)"],
    ['a long text', "'2024-03-01' || hex(zeroblob(100000))"],
  ])('is not read from %s', (_, value) => {
    const sql = `CREATE TABLE t (created_at, updated_at); INSERT INTO t VALUES (${value}, '2020-01-01')`
    expect(newestOf(sql)).toEqual({ column: 'updated_at', at: '2020-01-01T00:00:00.000Z' })
  })

  it('is that of the column which has it, in whatever shape and zone', () => {
    const sql = `CREATE TABLE t (created_at, "Updated At" , seen INTEGER);
      INSERT INTO t VALUES
        ('2024-03-01T23:30:00-05:00', '2024-03-02T04:00:00Z', 1709352000),
        ('2024-03-02T01:00:00+09:00', 1709352000.5, NULL), ('2023-01-01', '', 'x')`
    expect(newestOf(sql)).toEqual({ column: 'created_at', at: '2024-03-02T04:30:00.000Z' })
  })

  it('is found by the declared type, and not in generated columns or under a name of the future', () => {
    const sql = `CREATE TABLE t (a DATETIME, b, expires_at, due_date DATE, g_date AS (date(b)) STORED);
      INSERT INTO t (a, b, expires_at, due_date) VALUES ('2021-05-05', '2030-01-01', '2031-01-01', '2032-01-01')`
    expect(newestOf(sql)).toEqual({ column: 'a', at: '2021-05-05T00:00:00.000Z' })
  })

  it('is found in UTF-16, under hostile names, and under a collation that is not there', () => {
    const name = `"da""te; DROP TABLE x --"`
    expect(
      newestOf(`PRAGMA encoding = 'UTF-16le'; CREATE TABLE "a""b" (${name} TIMESTAMP);
        INSERT INTO "a""b" VALUES ('2024-03-01')`),
    ).toEqual({ column: 'da"te; DROP TABLE x --', at: '2024-03-01T00:00:00.000Z' })
    const [unknown] = contentsOf(
      `CREATE TABLE t (date); INSERT INTO t VALUES ('2024-03-01'), (1709296200);
       PRAGMA writable_schema = ON;
       UPDATE sqlite_schema SET sql = 'CREATE TABLE t (date COLLATE klingon)';
       PRAGMA writable_schema = RESET;`,
      { defensive: false },
    )
    expect(unknown?.newest?.at).toBe('2024-03-01T12:30:00.000Z')
  })

  it('is looked for in a table of more columns than a statement has results', () => {
    const columns = Array.from({ length: 1990 }, (_, i) => `c${i}_at`)
    const values = columns.map(() => "'2024-03-01'")
    expect(newestOf(`CREATE TABLE t (${columns}); INSERT INTO t VALUES (${values})`)?.column).toBe('c0_at')
  })
})

describe('columns that hold points in time', () => {
  const names = (type: string) => (name: string) => holdsTimestamps({ name, type })

  it('are told by usual names', () => {
    const usual = [
      ...['created_at', 'createdAt', 'CreatedAt', 'created', 'updated_at', 'lastSeen', 'last_seen'],
      ...['modified', 'timestamp', 'ts', 'date', 'time', 'published_at', 'publishedOn', 'date_added'],
      ...[
        'createdat',
        'lastmodified',
        'created_at_ms',
        'time_utc',
        'mtime',
        'DATE',
        'last login',
        'validated_at',
      ],
    ]
    expect(usual.filter((name) => !names('')(name))).toEqual([])
    const others = [
      '',
      'id',
      'title',
      'data',
      'status',
      'format',
      'rate',
      'candidate',
      'runtime_ms',
      'contents',
    ]
    expect(others.filter(names('TEXT'))).toEqual([])
  })

  it('are told by their type, unless they tell of the future', () => {
    for (const type of [
      'DATE',
      'datetime',
      'TIMESTAMP',
      'timestamp with time zone',
      'DATETIME(6)',
      'timestamptz',
    ])
      expect(names(type)('x'), type).toBe(true)
    const future = [
      'expires_at',
      'expiresAt',
      'expiry',
      'due_date',
      'validUntil',
      'next_run_at',
      'scheduled_at',
    ]
    expect(future.filter(names('DATETIME'))).toEqual([])
  })
})

describe('what a stored value says', () => {
  const database = new DatabaseSync(':memory:')
  const statement = database.prepare(`SELECT round(${instantOf('a')}) AS instant FROM (SELECT ? AS a)`)
  const read = (value: string | number | bigint | null | Uint8Array): unknown => statement.get(value)?.instant

  const from = Date.UTC(2000, 0, 1)
  const until = Date.UTC(2100, 0, 1)
  const instants = fc.integer({ min: from, max: until - 1 })

  it('is the instant that was written, in every shape', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: -14 * 60, max: 14 * 60 }), (instant, offset) => {
        const iso = new Date(instant).toISOString()
        const whole = Math.floor(instant / 1000)
        for (const text of [iso, iso.slice(0, -1), iso.replace('T', ' '), iso.replace('Z', '+00:00')])
          expect(read(text)).toBe(instant)
        expect(read(iso.slice(0, 10))).toBe(Date.parse(iso.slice(0, 10)))
        expect(read(BigInt(whole))).toBe(whole * 1000)
        expect(read(instant / 1000)).toBe(instant)
        expect(read(BigInt(instant))).toBe(instant)
        expect(read(BigInt(instant) * 1000n)).toBe(instant)
        const local = new Date(instant + offset * 60_000).toISOString().slice(0, -1)
        const minutes = Math.abs(offset)
        const zone = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'))
        if (local.startsWith('20'))
          expect(read(`${local}${offset < 0 ? '-' : '+'}${zone.join(':')}`)).toBe(instant)
      }),
    )
  })

  it('is nothing, or an instant of this century and never an error, whatever it is', () => {
    const day = 86_400_000
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'0123456789-:T. Z+') }),
      fc
        .tuple(fc.constantFrom('2024-03-01', '2024-03-01T', '2099-12-31 23:59'), fc.string())
        .map((all) => all.join('')),
      fc.double(),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.uint8Array(),
      fc.constant(null),
    )
    fc.assert(
      fc.property(anything, (value) => {
        const instant = read(value)
        if (instant === null) return
        expect(instant).toBeGreaterThanOrEqual(from - day)
        expect(instant).toBeLessThanOrEqual(until + day)
      }),
      { numRuns: 1000 },
    )
  })
})
