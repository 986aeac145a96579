import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  gibibytes,
  type Outcome,
  reasonOf,
  type Statement,
  type StatementTiming,
  seconds,
} from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSampleHub } from '../../examples/sample-hub/create.ts'
import { guessStatements } from '../../layers/sqlite/src/engine/guess-statements.ts'
import { timeStatement } from '../../layers/sqlite/src/engine/time-statements.ts'
import { quoteName } from '../../layers/sqlite/src/schema/quote.ts'
import { testEngine } from '../support/engine.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const sample = (): string =>
  createSampleHub({ directory: temporaryDirectory(), journalMode: 'delete', articles: 40 }).database

function made(sql: string): string {
  const path = join(temporaryDirectory(), 'a.db')
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
  return path
}

const time = (path: string, sql: string, timeLimit = seconds(20), samples = 3) =>
  testEngine().timeStatement(path, { name: 'it', sql }, { samples, timeLimit })

const done = <T>(outcome: Outcome<T>): T => {
  if (outcome.state !== 'done') throw new Error(JSON.stringify(outcome))
  return outcome.value
}

/** Of the whole process: SQLite keeps one limit for all of its connections. */
const heapLimit = gibibytes(2)

/** The engine’s own work without a process of its own, for many small runs. */
const timeHere = (path: string, sql: string): Outcome<StatementTiming> =>
  timeStatement({ kind: 'time', path, sql, samples: 1, timeLimit: seconds(20) }, heapLimit)

const guessHere = (path: string): readonly Statement[] => done(guessStatements(path, heapLimit))

const endless = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n'

describe('a statement', () => {
  it('is run as often as asked for, and its rows are counted', async () => {
    const path = sample()
    const before = readFileSync(path)
    const { first, repeated, rows } = done(
      (await time(path, '-- all\nSELECT * FROM articles;\n-- end')).outcome,
    )
    expect(first).toBeGreaterThan(0)
    expect(repeated).toHaveLength(2)
    expect(rows).toBe(28)
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('may give what JavaScript has no number for', async () => {
    const { outcome } = await time(sample(), "VALUES (9223372036854775807), (NULL), (x'00ff'), (1e999)")
    expect(done(outcome).rows).toBe(4)
  })

  it('that never ends is ended at its limit', async () => {
    const { outcome } = await time(sample(), endless, 300)
    expect(outcome).toMatchObject({ state: 'stopped', by: 'time-limit' })
  })

  it('that is slow is not repeated', async () => {
    const slow = endless.replace('FROM n)', 'FROM n WHERE i < 300000)')
    expect(done((await time(sample(), slow, 1)).outcome).repeated).toEqual([])
  })

  it('that takes more memory than there is is ended as well', async () => {
    const hoard =
      "WITH RECURSIVE n (s) AS (SELECT 'x' UNION ALL SELECT s || s FROM n) SELECT max(length(s)) FROM n"
    const { outcome } = await time(sample(), hoard)
    expect(outcome).toMatchObject({ state: 'stopped', by: 'memory-limit' })
  })

  it.each([
    ['does not parse', 'SELECT FROM WHERE', 'syntax error'],
    ['names what there is not', 'SELECT nope FROM articles', 'no such column: nope'],
    [
      'writes behind a WITH',
      'WITH a AS (SELECT 1) INSERT INTO authors (name) SELECT 1 FROM a',
      'readonly database',
    ],
    ['is followed by another', 'SELECT 1; DELETE FROM articles', 'more than one statement'],
    ['deletes', '/* a */ DELETE FROM articles', 'it begins with DELETE'],
    ['attaches', "ATTACH '/tmp/other.db' AS other", 'it begins with ATTACH'],
    ['copies', "VACUUM INTO '/tmp/copy.db'", 'it begins with VACUUM'],
    ['loads code', "SELECT load_extension('x')", 'not authorized'],
    ['is empty', '-- nothing', 'there is none'],
    ['has a parameter', 'SELECT * FROM articles WHERE id = ?', 'it has parameters'],
    ['has a named parameter', 'SELECT :id', 'it has parameters'],
  ])('that %s is not run', (_, sql, words) => {
    const outcome = timeHere(sample(), sql)
    expect(outcome.state).toBe('fault')
    expect(outcome.state === 'done' ? 'it ran' : reasonOf(outcome)).toContain(words)
  })

  it('is not taken for one with parameters by what its texts and comments hold', () => {
    expect(done(timeHere(sample(), "SELECT '?', ':a', \"title\" -- ? :b\n FROM articles")).rows).toBe(28)
  })

  it('on what is no database says what it is', () => {
    const path = made('CREATE TABLE t (a)').replace('a.db', 'none.db')
    expect(timeHere(path, 'SELECT 1')).toMatchObject({ state: 'fault', fault: { kind: 'missing' } })
  })
})

describe('what a statement reads from end to end', () => {
  const many = (table: string, rows: number) =>
    `INSERT INTO ${table} SELECT value, value FROM generate WHERE value <= ${rows};`
  const path = () =>
    made(`CREATE TABLE large (a INTEGER, b); CREATE TABLE small (a INTEGER, b); CREATE INDEX large_a ON large (a);
      CREATE TEMP VIEW generate AS WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 10001)
        SELECT value FROM n;
      ${many('large', 10_001)} ${many('small', 10_000)}`)

  it('is told where it has many rows, whatever it is called there', async () => {
    const file = path()
    const scans = async (sql: string) => (await time(file, sql)).fullScans
    expect(await scans('SELECT * FROM large WHERE b = 5')).toEqual(['large'])
    expect(await scans('SELECT count(*) FROM "large" AS x WHERE x.b = 5')).toEqual(['large'])
    expect(await scans('SELECT a FROM large ORDER BY a')).toEqual(['large'])
    expect(await scans('SELECT * FROM large WHERE a = 5')).toEqual([])
    expect(await scans('SELECT * FROM small WHERE b = 5')).toEqual([])
  })

  it('is told of one that never ends, too', async () => {
    const sql = `${endless}, large`
    expect(await time(path(), sql, 300)).toMatchObject({
      outcome: { state: 'stopped' },
      fullScans: ['large'],
    })
  })
})

describe('guesses', () => {
  it('are a search for a word that occurs, and the largest table', () => {
    const path = sample()
    const found = guessHere(path)
    expect(found.map(({ name }) => name)).toEqual([
      'guess: search in article_search',
      'guess: rows of articles',
      'guess: last row of articles',
    ])
    const rows = []
    for (const { sql } of found) rows.push(done(timeHere(path, sql)).rows)
    expect(rows[0]).toBeGreaterThan(0)
    expect(rows.slice(1)).toEqual([1, 1])
  })

  it('are four at most, and none of a schema that suggests nothing', () => {
    const index = (name: string) =>
      `CREATE VIRTUAL TABLE ${name} USING fts5 (t, tokenize = 'porter'); INSERT INTO ${name} VALUES ('universities relate');`
    expect(guessHere(made(`${['a', 'b', 'c'].map(index).join('')} CREATE TABLE t (x)`))).toHaveLength(4)
    expect(
      guessHere(made('CREATE TABLE t (a PRIMARY KEY) WITHOUT ROWID; CREATE VIRTUAL TABLE f USING fts5 (a)')),
    ).toEqual([])
  })

  it('read one row by its rowid, whatever columns are called so', () => {
    const fill = 'WITH n (i) AS (VALUES (1), (2), (3)) INSERT INTO t SELECT i, 7, 7 FROM n'
    const path = made(`CREATE TABLE t (a, rowid, oid); ${fill}`)
    const last = guessHere(path).at(-1)
    expect(last?.sql).toContain('_rowid_')
    expect(done(timeHere(path, last?.sql ?? '')).rows).toBe(1)
    const [only, ...more] = guessHere(made(`CREATE TABLE t (_rowid_, rowid, oid); ${fill}`))
    expect([only?.name, more]).toEqual(['guess: rows of t', []])
  })

  it('of any names and words can be run', () => {
    const name = fc
      .string({ minLength: 1, maxLength: 12, unit: 'binary' })
      .filter((text) => !/\0|^sqlite_/i.test(text))
    fc.assert(
      fc.property(name, name, (table, index) => {
        fc.pre(table.toLowerCase() !== index.toLowerCase() && !/\p{Cs}/u.test(table + index))
        // FTS5 makes no index whose column is called as the index is.
        fc.pre(index.toLowerCase() !== 't')
        const path =
          made(`CREATE TABLE ${quoteName(table)} (a, "rowid2"); INSERT INTO ${quoteName(table)} VALUES (1, 2);
          CREATE VIRTUAL TABLE ${quoteName(index)} USING fts5 (t, tokenize = "trigram");
          INSERT INTO ${quoteName(index)} VALUES ('"it''s" a ''quoted'' "word"')`)
        const found = guessHere(path)
        expect(found.length).toBeGreaterThanOrEqual(2)
        for (const { sql } of found) expect(done(timeHere(path, sql)).rows).toBe(1)
      }),
      { numRuns: 60 },
    )
  })
})
