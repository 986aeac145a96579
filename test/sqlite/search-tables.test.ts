import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gibibytes, type Outcome, type SearchComparison, type SearchSource } from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareSearch } from '../../layers/sqlite/src/search/compare.ts'
import { testEngine } from '../support/engine.ts'
import { copyOfRealHub, realHub, withoutRealHub } from '../support/real-hub.ts'
import { temporaryDirectory } from '../support/temporary.ts'

function made(sql: string): string {
  const path = join(temporaryDirectory(), 'hub.db')
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
  return path
}

/** Changes what no statement is let at that keeps an index whole. */
function tamper(path: string, sql: string): void {
  const database = new DatabaseSync(path, { defensive: false })
  database.exec(`PRAGMA writable_schema = ON; ${sql}`)
  database.close()
}

const done = <T>(outcome: Outcome<T>): T => {
  if (outcome.state !== 'done') throw new Error(JSON.stringify(outcome))
  return outcome.value
}

/** Of the whole process: SQLite keeps one limit for all of its connections. */
const heapLimit = gibibytes(2)

/** The engine’s own work without a process of its own; it leaves nothing behind. */
function compareHere(path: string, sources: readonly SearchSource[] = [], limit = 100): SearchComparison[] {
  const scratch = join(path, '../scratch')
  mkdirSync(scratch, { recursive: true })
  const comparisons = done(
    compareSearch({ kind: 'compare-search', path, scratch, sources, limit }, heapLimit),
  )
  expect(readdirSync(scratch)).toEqual([])
  return comparisons
}

/** What is said of the only index. */
function one(path: string, sources: readonly SearchSource[] = []) {
  const [comparison, ...others] = compareHere(path, sources)
  if (comparison === undefined) throw new Error('there is no index')
  expect(others).toEqual([])
  return { comparison, differences: done(comparison.outcome) }
}

const articles = (rows: number): string => `
  CREATE TABLE articles (id INTEGER PRIMARY KEY, slug TEXT, title TEXT, body TEXT);
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
  INSERT INTO articles SELECT i, 's' || i, 'Title ' || i, 'words of article ' || i FROM n;`

const same = (rows: number) => ({
  indexRows: rows,
  sourceRows: rows,
  missing: { rows: 0, keys: [] },
  extra: { rows: 0, keys: [] },
  different: { rows: 0, keys: [] },
  incomplete: null,
})

describe.each(['fts5', 'fts4'])('a table of %s with content of its own', (module) => {
  const indexed = `${articles(60)} CREATE VIRTUAL TABLE words USING ${module} (title, body);
    INSERT INTO words (rowid, title, body) SELECT id, title, body FROM articles;`
  const trouble = `DELETE FROM articles WHERE id IN (7, 8); DELETE FROM words WHERE rowid = 20;
    UPDATE articles SET body = NULL WHERE id = 30; UPDATE articles SET title = 'title 31' WHERE id = 31;
    INSERT INTO articles VALUES (100, 's', NULL, ''); INSERT INTO words (rowid, title, body) VALUES (100, '', NULL);`

  it('that is a copy of a table is found to be so, and to be the same', () => {
    const { comparison, differences } = one(made(indexed))
    expect(comparison).toMatchObject({
      index: 'words',
      module,
      content: 'own',
      knownBy: 'guess',
      source: { index: 'words', table: 'articles', columns: { title: 'title', body: 'body' } },
    })
    expect(differences).toEqual(same(60))
  })

  it('that disagrees with it is told row by row', () => {
    expect(one(made(indexed + trouble)).differences).toEqual({
      indexRows: 60,
      sourceRows: 59,
      missing: { rows: 1, keys: ['20'] },
      extra: { rows: 2, keys: ['7', '8'] },
      different: { rows: 2, keys: ['30', '31'] },
      incomplete: null,
    })
  })

  it('is compared with what was asked for, by other columns and another key', () => {
    const path = made(`${articles(60)} CREATE VIRTUAL TABLE words USING ${module} (slug, head, text);
      INSERT INTO words (slug, head, text) SELECT slug, title, body FROM articles ORDER BY id DESC;
      DELETE FROM words WHERE slug = 's3'; UPDATE words SET text = 'x' WHERE slug = 's4';
      INSERT INTO words (slug, head, text) SELECT slug, title, body FROM articles WHERE id = 5`)
    const source = {
      index: 'WORDS',
      table: 'Articles',
      columns: { head: 'title', TEXT: 'body' },
      key: 'slug',
    }
    const { comparison, differences } = one(path, [source])
    expect(comparison).toMatchObject({
      knownBy: 'request',
      source: { table: 'articles', columns: { head: 'title', text: 'body' }, key: 'slug' },
    })
    expect(differences).toMatchObject({
      missing: { keys: ['s3'] },
      extra: { keys: ['s5'] },
      different: { keys: ['s4'] },
    })
  })

  it('is matched by a key of both where their rowids differ', () => {
    const path = made(`${articles(60)} CREATE VIRTUAL TABLE words USING ${module} (slug, title, body);
      INSERT INTO words (slug, title, body) SELECT slug, title, body FROM articles ORDER BY id DESC;
      DELETE FROM words WHERE slug = 's50'`)
    const { comparison, differences } = one(path)
    expect(comparison.source).toMatchObject({ table: 'articles', key: 'slug' })
    expect(differences.missing).toEqual({ rows: 1, keys: ['s50'] })
  })

  it('whose source is asked for by what is not there says so', () => {
    const source = { index: 'words', table: 'articles', columns: { title: 'title' } }
    const outcomes = [
      { ...source, table: 'none' },
      { ...source, columns: { none: 'title' } },
      { ...source, columns: { title: 'none' } },
      { ...source, key: 'none' },
    ].map((asked) => compareHere(made(indexed), [asked])[0]?.outcome)
    expect(outcomes).toMatchObject(
      ['table none', 'column none in words', 'column none in articles', 'column none in words'].map(
        (what) => ({ state: 'fault', fault: { kind: 'missing', message: `there is no ${what}` } }),
      ),
    )
  })

  it('that is empty is one of the only table with its columns', () => {
    const { differences } = one(made(`${indexed} DELETE FROM words`))
    expect(differences).toMatchObject({ indexRows: 0, missing: { rows: 60 } })
  })

  it('that has only a few of the rows of a table is told to lack the others', () => {
    const { comparison, differences } = one(made(`${indexed} DELETE FROM words WHERE rowid > 5`))
    expect(comparison.source).toMatchObject({ table: 'articles' })
    expect(differences).toMatchObject({ indexRows: 5, missing: { rows: 55 } })
  })

  it('that is a copy of nothing is left out, and so is an empty one of no table', () => {
    const path = made(`${articles(60)} CREATE VIRTUAL TABLE words USING ${module} (title, body);
      INSERT INTO words SELECT 'other ' || id, 'text' FROM articles;
      CREATE VIRTUAL TABLE empty USING ${module} (title, other)`)
    expect(compareHere(path)).toMatchObject([
      { index: 'words', source: null, knownBy: null, outcome: { state: 'skipped' } },
      { index: 'empty', outcome: { state: 'skipped' } },
    ])
  })
})

describe('an index over another table', () => {
  const index = (module: string): string =>
    module === 'fts5'
      ? "CREATE VIRTUAL TABLE words USING fts5 (title, body, content='articles', content_rowid='id')"
      : "CREATE VIRTUAL TABLE words USING fts4 (title, body, content='articles')"
  const indexed = (module: string): string =>
    `${articles(60)} ${index(module)}; INSERT INTO words (words) VALUES ('rebuild');`
  /** What the index is not told of. */
  const trouble = `DELETE FROM articles WHERE id IN (7, 8); UPDATE articles SET body = 'more words than before' WHERE id = 30;
    UPDATE articles SET body = 'words of article thirtyone' WHERE id = 31; INSERT INTO articles VALUES (100, 's', 'New', 'one');`

  it.each(['fts5', 'fts4'])('of %s that agrees with it is said to', (module) => {
    const { comparison, differences } = one(made(indexed(module)))
    expect(comparison).toMatchObject({ content: 'external', knownBy: 'index', source: { table: 'articles' } })
    expect({ ...differences, incomplete: null }).toEqual(same(60))
  })

  it('of FTS5 that disagrees is told row by row, other words among as many included', () => {
    expect(one(made(indexed('fts5') + trouble)).differences).toEqual({
      indexRows: 60,
      sourceRows: 59,
      missing: { rows: 1, keys: ['100'] },
      extra: { rows: 2, keys: ['7', '8'] },
      different: { rows: 2, keys: ['30', '31'] },
      incomplete: null,
    })
  })

  it('of FTS4 tells what it can, and what not', () => {
    const { differences } = one(made(indexed('fts4') + trouble))
    expect(differences).toMatchObject({
      missing: { keys: ['100'] },
      extra: { keys: ['7', '8'] },
      incomplete: expect.stringContaining('FTS4 does not tell'),
    })
  })

  it('that does not keep sizes, or whose table is gone, says so', () => {
    const path = made(`${articles(3)}
      CREATE VIRTUAL TABLE a USING fts5 (title, content='articles', content_rowid='id', columnsize=0);
      CREATE VIRTUAL TABLE b USING fts5 (title, content='none')`)
    expect(compareHere(path)).toMatchObject([
      { outcome: { value: { incomplete: expect.stringContaining('does not keep') } } },
      { outcome: { state: 'fault', fault: { message: 'there is no table none' } } },
    ])
  })

  it('whose own tables are damaged tells at least the rows', () => {
    const path = made(indexed('fts5'))
    tamper(
      path,
      'UPDATE words_data SET block = zeroblob(40) WHERE id > 10; DELETE FROM articles WHERE id = 9',
    )
    const { differences } = one(path)
    expect(differences.extra.keys).toEqual(['9'])
    expect(differences.incomplete).toContain('damaged')
  })
})

it.each(['UTF-8', 'UTF-16le', 'UTF-16be'])(
  'keys are told as texts, however they are kept: %s',
  (encoding) => {
    const path = made(`PRAGMA encoding = '${encoding}'; CREATE TABLE t (slug TEXT, title TEXT);
    INSERT INTO t VALUES ('grün', 'One'), ('rot', 'Two'), ('42', 'Three');
    CREATE VIRTUAL TABLE words USING fts5 (slug, title); INSERT INTO words VALUES ('rot', 'Two'), (42, 'Three')`)
    const source = { index: 'words', table: 't', columns: { title: 'title' }, key: 'slug' }
    const { different, extra, missing } = one(path, [source]).differences
    expect([missing.keys, extra.keys, different.keys]).toEqual([['grün'], [], []])
  },
)

describe('an index whose rows are known by a column called rowid', () => {
  const over = (content: string): string => `${articles(60)}
    CREATE VIEW shown AS SELECT id AS rowid, title, body FROM articles;
    CREATE TABLE numbered (id INTEGER PRIMARY KEY, "rowid" TEXT, title, body);
    INSERT INTO numbered SELECT id, 1000 + id, title, body FROM articles;
    CREATE VIRTUAL TABLE words USING ${content}; INSERT INTO words (words) VALUES ('rebuild');`

  it.each([
    'fts5 (title, body, content=shown)',
    "fts4 (title, body, content='shown')",
    'fts5 (title, body, content=numbered)',
    "fts4 (title, body, content='numbered')",
  ])('is compared by that column: %s', (content) => {
    expect({ ...one(made(over(content))).differences, incomplete: null }).toEqual(same(60))
    const trouble = 'DELETE FROM articles WHERE id = 7; DELETE FROM numbered WHERE id = 7'
    expect(one(made(over(content) + trouble)).differences.extra.rows).toBe(1)
  })

  it('and one with rows of its own can have a view for its source, by a key', () => {
    const path = made(`${articles(60)} CREATE VIEW shown AS SELECT slug, title FROM articles;
      CREATE VIRTUAL TABLE words USING fts5 (slug, title); INSERT INTO words SELECT slug, title FROM articles WHERE id > 1`)
    const source = { index: 'words', table: 'shown', columns: { title: 'title' }, key: 'slug' }
    expect(one(path, [source]).differences).toMatchObject({ sourceRows: 60, missing: { keys: ['s1'] } })
  })
})

describe('an index that SQLite’s own check finds sound', () => {
  const indexed = (module: string): string => `${articles(300)}
    CREATE VIRTUAL TABLE words USING ${module} (title, body);
    INSERT INTO words (rowid, title, body) SELECT id, title, body || hex(randomblob(30)) FROM articles;`
  const checked = (path: string): unknown => {
    const database = new DatabaseSync(path)
    const [row] = database.prepare('PRAGMA integrity_check').all()
    database.close()
    return row?.integrity_check
  }

  it.each([
    ['fts5', 'DELETE FROM words_idx', /^searches find \d+ of 20 words that it holds$/],
    ['fts4', "UPDATE words_segdir SET root = x'00ff00'", /^a search in it fails: .*malformed/],
  ])('and that a search shows to be broken is told: %s', (module, damage, shown) => {
    const path = made(indexed(module))
    expect(compareHere(path)[0]?.unsearchable).toBeUndefined()
    tamper(path, damage)
    expect(checked(path)).toBe('ok')
    expect(compareHere(path)[0]?.unsearchable).toMatch(shown)
  })

  it.each([
    "fts5 (body, tokenize='porter')",
    "fts5 (body, tokenize='trigram', detail=none)",
    "fts5 (body, content='', contentless_delete=1)",
    'fts4 (body, tokenize=porter, order=desc)',
  ])('whatever its words are made by, is not said to be broken: %s', (module) => {
    const words = "'the purposes of organised databases, of course, are universal responses ' || i"
    const path = made(`CREATE VIRTUAL TABLE words USING ${module};
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99)
      INSERT INTO words (rowid, body) SELECT i, ${words} FROM n; DELETE FROM words WHERE rowid > 50`)
    expect(compareHere(path)[0]?.unsearchable).toBeUndefined()
  })
})

describe('an index whose words a search cannot be made for', () => {
  const isSaid = (tokenize: string, words: string): string | undefined => {
    const path = made(`CREATE VIRTUAL TABLE words USING fts5 (body, tokenize="${tokenize}");
      INSERT INTO words (body) VALUES (${words})`)
    return compareHere(path)[0]?.unsearchable
  }

  it.each(['lampe', 'leser', 'zug'])('as they are no UTF-8 is not said to be broken: %s', (word) => {
    const texts = Array.from({ length: 9 }, (_, i) => `${word}${i}\xfc`).join(' ')
    const hex = Buffer.from(texts, 'latin1').toString('hex')
    expect(isSaid('ascii', `CAST(x'${hex}' AS TEXT)`)).toBeUndefined()
  })

  it.each(["unicode61 separators 'a'", "unicode61 categories 'Lu'"])(
    'as %s makes others of them is not said to be broken',
    (tokenize) => expect(isSaid(tokenize, "'ALPHA BRAVO CARGO DELTA GAMMA KAPPA SIGMA'")).toBeUndefined(),
  )
})

describe('an index that keeps no content', () => {
  it('is skipped, and keeps nobody from the others', () => {
    const path = made(`${articles(20)} CREATE VIRTUAL TABLE a USING fts5 (title, content='');
      CREATE VIRTUAL TABLE b USING fts4 (title, content=''); CREATE VIRTUAL TABLE c USING fts3 (title, body);
      INSERT INTO c (rowid, title, body) SELECT id, title, body FROM articles`)
    expect(compareHere(path)).toMatchObject([
      {
        index: 'a',
        content: 'contentless',
        outcome: { state: 'skipped', reason: expect.stringContaining('contentless') },
      },
      { index: 'b', outcome: { state: 'skipped' } },
      { index: 'c', module: 'fts3', outcome: { state: 'done', value: same(20) } },
    ])
  })
})

describe('differences', () => {
  it('are listed up to the limit, and all are counted', () => {
    const path = made(`${articles(60)} CREATE VIRTUAL TABLE words USING fts5 (title, body);
      INSERT INTO words (rowid, title, body) SELECT id, title, body FROM articles WHERE id <= 40`)
    const [comparison] = compareHere(path, [], 3)
    expect(done(comparison?.outcome ?? { state: 'skipped', reason: 'none' }).missing).toEqual({
      rows: 20,
      keys: ['41', '42', '43'],
    })
  })

  it('of any rows are those that comparing both in memory finds', () => {
    const row = fc.record({
      id: fc.integer({ min: 1, max: 15 }),
      text: fc.constantFrom('', 'a', 'A', 'b\0c', null, 'ä b'),
    })
    const rows = fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 12 })
    fc.assert(
      fc.property(rows, rows, (source, indexed) => {
        const path = made(
          'CREATE TABLE t (id INTEGER PRIMARY KEY, text); CREATE VIRTUAL TABLE words USING fts5 (text)',
        )
        const database = new DatabaseSync(path)
        const intoTable = database.prepare('INSERT INTO t VALUES (?, ?)')
        const intoIndex = database.prepare('INSERT INTO words (rowid, text) VALUES (?, ?)')
        for (const { id, text } of source) intoTable.run(id, text)
        for (const { id, text } of indexed) intoIndex.run(id, text)
        database.close()
        const { differences } = one(path, [{ index: 'words', table: 't', columns: { text: 'text' } }])
        const [a, b] = [source, indexed].map((all) => new Map(all.map(({ id, text }) => [id, text ?? ''])))
        const keys = (ids: Iterable<number>, wanted: (id: number) => boolean): string[] =>
          [...ids]
            .filter(wanted)
            .sort((x, y) => x - y)
            .map(String)
        expect(differences.missing.keys).toEqual(keys(a?.keys() ?? [], (id) => !b?.has(id)))
        expect(differences.extra.keys).toEqual(keys(b?.keys() ?? [], (id) => !a?.has(id)))
        expect(differences.different.keys).toEqual(
          keys(a?.keys() ?? [], (id) => b?.has(id) === true && b.get(id) !== a?.get(id)),
        )
      }),
      { numRuns: 60 },
    )
  })
})

describe('the real hub', () => {
  it.skipIf(realHub === null)(`has an index that agrees with its table (${withoutRealHub})`, async () => {
    const path = join(copyOfRealHub(), 'ai_knowledge_hub/knowledge_hub.db')
    const request = { sources: [], limit: 5, scratch: join(path, '..') }
    const [comparison] = done(await testEngine().compareSearchTables(path, request))
    expect(comparison).toMatchObject({
      index: 'search_fts',
      knownBy: 'guess',
      source: { table: 'search_index' },
      outcome: { state: 'done', value: same(678) },
    })
  })
})
