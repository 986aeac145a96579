import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gibibytes, type Outcome, type StatementRuns, seconds } from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAnalysis } from '../../layers/sqlite/src/engine/analysis.ts'
import type { StatementPlan } from '../../layers/sqlite/src/engine/analysis-results.ts'
import { benchmarkStatement } from '../../layers/sqlite/src/engine/benchmark.ts'
import { comparisonsIn } from '../../layers/sqlite/src/engine/comparisons.ts'
import { planOf } from '../../layers/sqlite/src/engine/plan.ts'
import { testEngine } from '../support/engine.ts'
import { temporaryDirectory } from '../support/temporary.ts'

function made(sql: string): string {
  const path = join(temporaryDirectory(), 'hub.db')
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
  return path
}

const done = <T>(outcome: Outcome<T>): T => {
  if (outcome.state !== 'done') throw new Error(JSON.stringify(outcome))
  return outcome.value
}

/** Of the whole process: SQLite keeps one limit for all of its connections. */
const heapLimit = gibibytes(2)

const job = { kind: 'benchmark', samples: 20, cold: true, timeLimit: seconds(20) } as const

const runsOf = (
  path: string,
  sql: string,
  options: Partial<typeof job> | { cold: false } = {},
): StatementRuns => done(benchmarkStatement({ ...job, path, sql, ...options }, heapLimit))

const planHere = (path: string, sql: string): StatementPlan => done(planOf({ ...job, path, sql }, heapLimit))

const hub = (): string =>
  made(`CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT, born INTEGER);
    CREATE TABLE articles (id INTEGER PRIMARY KEY, author INTEGER, kind TEXT, words INTEGER, slug TEXT UNIQUE);
    CREATE VIRTUAL TABLE search USING fts5 (text);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
      INSERT INTO articles SELECT i, i % 20, 'k' || (i % 3), i, 's' || i FROM n;
    INSERT INTO authors SELECT DISTINCT author, 'name', 1900 FROM articles;
    INSERT INTO search (text) SELECT 'words ' || slug FROM articles;`)

describe('a benchmark', () => {
  it('runs each statement as often as asked for, cold and warm, and counts its rows', async () => {
    const path = hub()
    const before = readFileSync(path)
    const { analysis, statements } = await testEngine().benchmark(
      path,
      [
        { name: 'kinds', sql: "SELECT id FROM articles WHERE kind = 'k1'" },
        { name: 'wrong', sql: 'SELECT nope FROM articles' },
        { name: 'few', sql: "SELECT id FROM articles WHERE kind = 'k9'" },
      ],
      { samples: 7, cold: true, timeLimit: seconds(20) },
    )
    expect(readFileSync(path).equals(before)).toBe(true)
    const [kinds, wrong, few] = statements
    const { cold, first, rows, warm } = done(kinds?.outcome ?? { state: 'skipped', reason: 'none' })
    expect([cold?.samples, warm?.samples, rows]).toEqual([7, 7, 134])
    expect(first).toBeGreaterThan(0)
    for (const times of [cold, warm]) {
      expect(times?.p50).toBeGreaterThan(0)
      expect(times?.p95).toBeGreaterThanOrEqual(times?.p50 ?? 0)
    }
    expect(kinds?.fullScans).toEqual([{ table: 'articles', rows: 400 }])
    // An index on the kind helps who looks for few rows, not who looks for a third of them.
    expect([kinds?.missingIndexes.length, few?.missingIndexes.length]).toEqual([0, 1])
    expect(wrong).toMatchObject({ name: 'wrong', outcome: { state: 'fault' }, plan: [] })
    expect(done(analysis).filter(({ indexed }) => indexed)).toMatchObject([{ table: 'articles', rows: 400 }])
  })

  it('of a statement that never ends is ended, and its plan is known', async () => {
    const sql = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n, articles WHERE kind = 'k'`
    const request = { samples: 3, cold: false, timeLimit: seconds(20) }
    const engine = testEngine({ timeLimit: 1500 })
    const { statements } = await engine.benchmark(hub(), [{ name: 'endless', sql }], request)
    expect(statements).toMatchObject([
      {
        outcome: { state: 'stopped', by: 'time-limit' },
        plan: expect.arrayContaining([expect.stringContaining('SCAN n')]),
        missingIndexes: [{ table: 'articles', columns: ['kind'] }],
      },
    ])
  })

  it('without cold runs tells of the first run, and of a slow one nothing more', () => {
    const path = hub()
    const sql = 'SELECT count(*) FROM articles'
    expect(runsOf(path, sql, { cold: false })).toMatchObject({ cold: null, warm: { samples: 20 }, rows: 1 })
    expect(benchmarkStatement({ ...job, path, sql, cold: true, timeLimit: 1e-6 }, heapLimit)).toMatchObject({
      state: 'done',
      value: { cold: { samples: 1 }, warm: null, first: expect.any(Number) },
    })
  })
})

describe('a plan', () => {
  it.each<[string, string[], string[], string[][]]>([
    ["SELECT * FROM articles WHERE kind = 'k'", ['articles'], [], [['articles', 'kind']]],
    [
      'SELECT * FROM articles AS a WHERE a.words > 5 AND 7 < 8 AND a.kind IN (1)',
      ['articles'],
      [],
      [['articles', 'kind', 'words']],
    ],
    [
      'SELECT * FROM articles WHERE words BETWEEN 5 AND 6 ORDER BY id',
      ['articles'],
      [],
      [['articles', 'words']],
    ],
    ["SELECT * FROM articles WHERE slug = 's'", [], [], []],
    ['SELECT * FROM articles WHERE id = 5', [], [], []],
    ['SELECT count(*) FROM articles', ['articles'], [], []],
    ["SELECT * FROM articles WHERE kind = 'a' OR words = 5", ['articles'], [], []],
    ["SELECT * FROM articles WHERE lower(kind) = 'a'", ['articles'], [], []],
    ["SELECT * FROM articles WHERE kind LIKE '%a'", ['articles'], [], []],
    ["SELECT * FROM articles WHERE kind <> 'a' AND kind IS NOT NULL", ['articles'], [], []],
    ["SELECT * FROM articles WHERE NOT (kind = 'a')", ['articles'], [], []],
    ["SELECT 'x WHERE kind = 1' FROM articles -- WHERE kind = 2", ['articles'], [], []],
    ["SELECT rowid FROM search WHERE search MATCH 'words'", [], [], []],
    ['SELECT rowid FROM search', ['search'], [], []],
  ])('of %s names what it scans and lacks', (sql, scans, automatic, missing) => {
    const plan = planHere(hub(), sql)
    expect(plan.plan.length).toBeGreaterThan(0)
    expect(plan.fullScans.map(({ table }) => table)).toEqual(scans)
    expect(plan.automaticIndexes).toEqual(automatic)
    expect(plan.missingIndexes.map(({ columns, table }) => [table, ...columns])).toEqual(missing)
  })

  it('in which SQLite makes an index for itself names the one that is missing', () => {
    const path = hub()
    const sql =
      'SELECT * FROM authors JOIN articles ON articles.author = authors.id AND articles.words = authors.born'
    const { automaticIndexes, fullScans, missingIndexes } = planHere(path, `${sql} ORDER BY 1`)
    expect(fullScans.length).toBeGreaterThan(0)
    expect([...automaticIndexes, ...missingIndexes].length).toBeGreaterThan(0)
    const joined = planHere(path, 'SELECT a.id FROM articles AS a JOIN articles AS b ON a.words = b.author')
    expect(joined.automaticIndexes).toHaveLength(1)
    expect(joined.missingIndexes).not.toEqual([])
  })

  it('suggests what then is used', () => {
    const path = hub()
    const sql = "SELECT id FROM articles WHERE kind = 'k1' AND words > 390"
    const [suggestion] = planHere(path, sql).missingIndexes
    const database = new DatabaseSync(path)
    database.exec(suggestion?.sql ?? '')
    database.close()
    const { fullScans, missingIndexes, plan } = planHere(path, sql)
    expect([fullScans, missingIndexes]).toEqual([[], []])
    expect(plan[0]).toContain('articles_kind_words_idx')
  })

  it('is not asked for what is no single query', () => {
    expect(planOf({ ...job, path: hub(), sql: 'DELETE FROM articles' }, heapLimit)).toMatchObject({
      state: 'fault',
    })
  })
})

describe('comparisons', () => {
  it('of any text are found without end in sight or harm', () => {
    const word = fc.constantFrom(
      ...[
        'SELECT',
        'WHERE',
        'AND',
        'a',
        'b.c',
        '=',
        '>',
        '(',
        ')',
        "'x'",
        '"y',
        '5',
        '--',
        'IN',
        'IS',
        'NOT',
        ',',
      ],
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(word).map((words) => words.join(' ')),
          fc.string(),
        ),
        (sql) => {
          for (const { column } of comparisonsIn(sql)) expect(sql).toContain(column)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('a damaged table without an index', () => {
  it('leaves what the planner knows of the others', () => {
    const path = made(`CREATE TABLE bad (a); CREATE TABLE good (a); CREATE INDEX good_a ON good (a);
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO bad SELECT hex(i) FROM n;
      INSERT INTO good VALUES (1)`)
    const database = new DatabaseSync(path)
    const page = database.prepare(
      "SELECT min(pageno) AS n FROM dbstat WHERE name = 'bad' AND pagetype = 'leaf'",
    )
    const offset = (Number(page.get()?.n) - 1) * 4096
    database.close()
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.fill(0x5a, offset, offset + 4096))
    expect(done(readAnalysis(path, heapLimit)).map(({ table }) => table)).toEqual(['good'])
    expect(planOf({ ...job, path, sql: 'SELECT * FROM bad' }, heapLimit)).toMatchObject({ state: 'fault' })
  })
})

describe('sizes of tables', () => {
  it('are of every one, also of one that is called as if it belonged to a full-text index', async () => {
    const path = made(`CREATE VIRTUAL TABLE search USING fts5 (text); INSERT INTO search VALUES ('a lamp');
      CREATE TABLE search_queries (text); CREATE INDEX search_queries_text ON search_queries (text);
      INSERT INTO search_queries VALUES (hex(zeroblob(50000)));
      CREATE VIRTUAL TABLE older USING fts4 (text); CREATE TABLE older_data (a)`)
    const { statistics } = await testEngine().examine(path, { parts: ['statistics'], scratch: dirname(path) })
    const { tables } = done(statistics)
    expect(tables.map(({ name, rows }) => [name, rows]).sort()).toEqual([
      ['older', 0],
      ['older_data', 0],
      ['search', 1],
      ['search_queries', 1],
    ])
    const own = tables.find(({ name }) => name === 'search_queries')
    expect(own?.bytes).toBeGreaterThan(100_000)
    expect(own?.indexBytes).toBeGreaterThan(100_000)
  })
})

describe('what the planner knows', () => {
  it('is told by table, with what is stale', () => {
    const fill = (table: string, rows: number): string =>
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) INSERT INTO ${table} SELECT i FROM n;`
    const path =
      made(`${['same', 'grown', 'never', 'bare', 'empty'].map((name) => `CREATE TABLE ${name} (a);`).join('')}
      CREATE INDEX same_a ON same (a); CREATE INDEX same_few ON same (a) WHERE a < 5; CREATE INDEX grown_a ON grown (a);
      ${fill('same', 100)} ${fill('grown', 10)} ANALYZE; ${fill('grown', 100)} ${fill('never', 10)} ${fill('bare', 10)}
      CREATE INDEX never_a ON never (a); CREATE INDEX empty_a ON empty (a)`)
    expect(done(readAnalysis(path, heapLimit))).toEqual([
      { table: 'same', rows: 100, indexed: true, analysedRows: 100, stale: false },
      { table: 'grown', rows: 110, indexed: true, analysedRows: 10, stale: true },
      { table: 'never', rows: 10, indexed: true, analysedRows: null, stale: true },
      { table: 'bare', rows: 10, indexed: false, analysedRows: null, stale: false },
      { table: 'empty', rows: 0, indexed: true, analysedRows: null, stale: false },
    ])
  })

  it('is what maintenance goes by as well, whatever else is written there', async () => {
    const path =
      made(`CREATE TABLE t (a, b); CREATE INDEX t_b ON t (b); CREATE INDEX t_few ON t (a) WHERE a < 2;
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99) INSERT INTO t SELECT i, i FROM n;
      CREATE TABLE odd AS SELECT * FROM t; CREATE INDEX odd_a ON odd (a); ANALYZE;
      CREATE VIRTUAL TABLE older USING fts4 (text); INSERT INTO older VALUES ('a lamp');
      UPDATE sqlite_stat1 SET stat = x'6f' WHERE tbl = 'odd';
      INSERT INTO sqlite_stat1 VALUES (NULL, NULL, NULL), (x'00', 5, 5), ('gone', 'gone_a', '9 9')`)
    const stale = done(readAnalysis(path, heapLimit)).flatMap((table) => (table.stale ? [table.table] : []))
    const { statistics } = await testEngine().examine(path, { parts: ['statistics'], scratch: dirname(path) })
    expect([stale, done(statistics).staleStatistics]).toEqual([['odd'], ['odd']])
  })
})
