import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gibibytes, seconds } from '@hubkeeper/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StatementPlan } from '../../layers/sqlite/src/engine/analysis-results.ts'
import { planOf } from '../../layers/sqlite/src/engine/plan.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const schema = `
  CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT, born INTEGER);
  CREATE TABLE articles (id INTEGER PRIMARY KEY, author INTEGER, kind TEXT, words INTEGER, slug TEXT UNIQUE,
    created TEXT, deleted INTEGER, twice INTEGER GENERATED ALWAYS AS (words * 2) VIRTUAL);
  CREATE INDEX articles_words ON articles (words);
  CREATE INDEX articles_few ON articles (kind) WHERE deleted = 1;
  CREATE INDEX authors_lower ON authors (lower(name));
  CREATE TABLE pairs (a TEXT, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
  CREATE TABLE "order ""by
x" ("select" TEXT, "a b" INTEGER);
  CREATE TABLE articles_author_idx (a);
  CREATE VIRTUAL TABLE search USING fts5 (text);
  CREATE VIRTUAL TABLE older USING fts4 (text);
  CREATE VIRTUAL TABLE areas USING rtree (id, a, b);
  CREATE VIEW recent AS SELECT x.id, x.kind, x.words FROM articles AS x WHERE x.author > 3;
  CREATE VIEW newest AS SELECT * FROM recent AS r WHERE r.id > 0;
  CREATE VIEW "my ""view" AS SELECT x.kind, x.author AS written_by FROM articles AS x WHERE x.author = 3;
  CREATE VIEW kinds AS SELECT kind, count(*) AS n FROM articles GROUP BY kind;
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
    INSERT INTO articles (id, author, kind, words, slug, created, deleted)
    SELECT i, i % 20, 'k' || (i % 7), i, 's' || i, '2026-' || i, 0 FROM n;
  INSERT INTO authors SELECT DISTINCT author, 'name' || author, 1900 + author FROM articles;
  INSERT INTO pairs SELECT slug, slug FROM articles;
  INSERT INTO "order ""by
x" SELECT slug, id FROM articles`

const directory = mkdtempSync(join(tmpdir(), 'hubkeeper-plans-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const path = join(directory, 'hub.db')
beforeAll(() => {
  const database = new DatabaseSync(path)
  database.exec(schema)
  database.close()
})

const job = { kind: 'benchmark', samples: 1, cold: true, timeLimit: seconds(20) } as const

function planHere(sql: string, file = path): StatementPlan {
  const plan = planOf({ ...job, path: file, sql }, gibibytes(2))
  if (plan.state !== 'done') throw new Error(`${sql}: ${JSON.stringify(plan)}`)
  return plan.value
}

const scansOf = (sql: string): string[] => planHere(sql).fullScans.map(({ table }) => table)
const lacks = (sql: string): string[] =>
  planHere(sql).missingIndexes.map(({ columns, table }) => `${table}: ${columns.join(', ')}`)

describe('what a statement reads from end to end', () => {
  it.each<[string, string, string[]]>([
    ['behind a view that calls it otherwise', "SELECT * FROM recent WHERE kind = 'k'", ['articles']],
    ['behind a view of a view', "SELECT * FROM newest AS n WHERE n.kind = 'k'", []],
    ['behind a view that counts', "SELECT * FROM kinds WHERE kind = 'k'", ['articles']],
    ['under the name of another table', "SELECT * FROM articles AS authors WHERE kind = 'k'", ['articles']],
    ['under a name in quotes', `SELECT * FROM articles "my ""own" WHERE kind = 'k'`, ['articles']],
    ['with its schema', "SELECT * FROM main.articles WHERE kind = 'k'", ['articles']],
    ['with any name', 'SELECT * FROM "order ""by\nx" AS [a b] WHERE [a b]."select" = 1', ['order "by\nx']],
    [
      'behind a WITH that takes its name',
      'WITH articles AS MATERIALIZED (SELECT * FROM authors) SELECT * FROM articles AS a, articles AS b',
      ['authors'],
    ],
    [
      'in a subquery',
      'SELECT (SELECT count(*) FROM articles AS a WHERE a.kind = b.name) FROM authors AS b',
      ['authors', 'articles'],
    ],
    ['without a rowid', "SELECT * FROM pairs WHERE b = 'x'", ['pairs']],
    ['through a covering index', 'SELECT words FROM articles', ['articles']],
    ['of FTS5', 'SELECT * FROM search ORDER BY rowid DESC', ['search']],
    ['of FTS4', 'SELECT * FROM older ORDER BY docid DESC', ['older']],
    ['of FTS4, but not for a search', "SELECT * FROM older WHERE older MATCH 'x'", []],
    ['of an R-tree', 'SELECT * FROM areas', ['areas']],
    ['of an R-tree, but not within bounds', 'SELECT * FROM areas WHERE a > 1', []],
    ['before a limit that counts', 'SELECT count(*) FROM articles LIMIT 1', ['articles']],
    ['before a limit that sorts', 'SELECT * FROM articles ORDER BY created LIMIT 1', ['articles']],
    ['before a limit that looks for rows', "SELECT * FROM articles WHERE kind = 'k' LIMIT 1", ['articles']],
    ['but not the first by its key', 'SELECT * FROM articles ORDER BY id DESC LIMIT 9', []],
    ['but not the first by an index', 'SELECT * FROM articles ORDER BY words LIMIT 9', []],
    ['but not what an expression finds', "SELECT * FROM authors WHERE lower(name) = 'x'", []],
    ['but not what a partial index finds', "SELECT * FROM articles WHERE kind = 'x' AND deleted = 1", []],
  ])('is told %s', (_, sql, scans) => {
    expect(scansOf(sql)).toEqual(scans)
  })
})

describe('a missing index', () => {
  it.each<[string, string, string[]]>([
    ['behind a view', "SELECT * FROM recent WHERE kind = 'k'", ['articles: kind, author']],
    ['that only a view looks for', 'SELECT * FROM "my ""view"', ['articles: author']],
    [
      'of a join',
      'SELECT * FROM authors LEFT JOIN articles ON articles.author = authors.id',
      ['articles: author'],
    ],
    [
      'of EXISTS',
      'SELECT * FROM authors AS a WHERE EXISTS (SELECT 1 FROM articles AS b WHERE b.author = a.id)',
      ['articles: author'],
    ],
    [
      'of each side',
      "SELECT * FROM articles WHERE author = 1 UNION SELECT * FROM articles WHERE kind = 'x'",
      ['articles: author', 'articles: kind'],
    ],
    [
      'beside an OR',
      "SELECT * FROM articles WHERE kind = 'x' AND (author = 5 OR words = 3)",
      ['articles: kind'],
    ],
    ['for the first in order', 'SELECT * FROM articles ORDER BY created DESC LIMIT 5', ['articles: created']],
    [
      'for the first in order of some',
      "SELECT * FROM articles WHERE kind = 'x' ORDER BY created DESC LIMIT 5",
      ['articles: kind, created'],
    ],
    ['on a generated column', 'SELECT * FROM articles WHERE twice = 4', ['articles: twice']],
    ['without a rowid', "SELECT * FROM pairs WHERE b = 'x'", ['pairs: b']],
    ['but none that one side of an OR needs', "SELECT * FROM articles WHERE kind = 'x' OR author = 5", []],
    ['but none with another collation', "SELECT * FROM authors WHERE name = 'x' COLLATE NOCASE", []],
    ['but none that is forbidden', "SELECT * FROM articles NOT INDEXED WHERE kind = 'x'", []],
    ['but none whose rows are all the same', 'SELECT * FROM articles WHERE deleted = 0', []],
    ['but none to sort what is read anyway', 'SELECT * FROM articles ORDER BY created', []],
    ['but none on SQLite’s own tables', "SELECT * FROM sqlite_schema WHERE name = 'x'", []],
    ['but none on a virtual table', "SELECT * FROM search WHERE text = 'x'", []],
  ])('is told %s', (_, sql, missing) => {
    expect(lacks(sql)).toEqual(missing)
  })

  it('has a name that is free', () => {
    const [first] = planHere('SELECT * FROM articles WHERE author = 1').missingIndexes
    expect(first?.sql).toBe('CREATE INDEX "articles_author_idx2" ON "articles" ("author")')
  })

  const column = fc.constantFrom('author', 'kind', 'words', 'slug', 'created', 'deleted', 'twice', 'id')
  const condition = fc
    .tuple(column, fc.constantFrom('=', '>', '<=', 'IN', 'LIKE', 'IS NOT'), fc.constantFrom("'k1'", '5', '0'))
    .map(([name, sign, value]) => `a.${name} ${sign} ${sign === 'IN' ? `(${value}, 7)` : value}`)
  const statement = fc
    .tuple(
      fc.constantFrom(
        'articles AS a',
        'articles AS a JOIN authors AS b ON a.author = b.id',
        'articles AS a, pairs AS p',
      ),
      fc.array(condition, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(' AND ', ' AND ', ' OR '),
      fc.constantFrom('', ' ORDER BY a.created LIMIT 5', ' ORDER BY a.kind, a.created DESC', ' LIMIT 3'),
    )
    .map(([from, conditions, joint, end]) => `SELECT a.* FROM ${from} WHERE ${conditions.join(joint)}${end}`)

  it.each([false, true])('is used once it is there, whatever the statement (analysed: %s)', (isAnalysed) => {
    const original = join(temporaryDirectory(), 'original.db')
    copyFileSync(path, original)
    if (isAnalysed) execute(original, 'ANALYZE')
    let suggested = 0
    fc.assert(
      fc.property(statement, (sql) => {
        const { missingIndexes, plan } = planHere(sql, original)
        if (missingIndexes.length === 0) return
        suggested += missingIndexes.length
        const copy = `${original}-copy`
        copyFileSync(original, copy)
        for (const index of missingIndexes) execute(copy, index.sql)
        const after = planHere(sql, copy)
        for (const index of missingIndexes) {
          const name = /^CREATE INDEX "([^"]+)"/.exec(index.sql)?.[1] ?? 'none'
          expect(after.plan.join('\n'), sql).toContain(` INDEX ${name}`)
        }
        expect(costOf(after.plan), sql).not.toEqual(costOf(plan))
        expect(after.missingIndexes, sql).toEqual([])
      }),
      { numRuns: 60 },
    )
    expect(suggested).toBeGreaterThan(0)
  })
})

const costOf = (plan: readonly string[]): number[] =>
  [/^SCAN/, /AUTOMATIC/, /^USE TEMP/].map((cost) => plan.filter((line) => cost.test(line)).length)

function execute(file: string, sql: string): void {
  const database = new DatabaseSync(file)
  database.exec(sql)
  database.close()
}
