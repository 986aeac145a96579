import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { mebibytes, type ObjectStore, type Outcome, seconds } from '@hubkeeper/core'
import { createScratch, custodyPorts, type Engine, type Scratch } from '@hubkeeper/sqlite'
import { describe, expect, it } from 'vitest'
import { beginRebuild, withinLimits } from '../../layers/sqlite/src/custody/rebuilding.ts'
import { digestDatabase } from '../../layers/sqlite/src/digest/database.ts'
import { nativeSource } from '../../layers/sqlite/src/digest/native-source.ts'
import { rebuildIndex } from '../../layers/sqlite/src/search/rebuild.ts'
import { inProcessEngine } from '../fakes/in-process-engine.ts'
import { memoryStore } from '../fakes/memory-store.ts'
import { testEngine } from '../support/engine.ts'
import { request } from '../support/live-job.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const done = <T>(outcome: Outcome<T>): T => {
  if (outcome.state !== 'done') throw new Error(JSON.stringify(outcome))
  return outcome.value
}

const key = 'hub.db'

/** A database whose indexes do not agree with their content, in three modules, and one that has no content. */
function fill(path: string, mode: string, rows: number): void {
  const database = new DatabaseSync(path, { defensive: false })
  database.exec(`PRAGMA journal_mode = ${mode};
    CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT, body TEXT);
    CREATE VIRTUAL TABLE own USING fts5 (title, body);
    CREATE VIRTUAL TABLE over USING fts5 (title, body, content='articles', content_rowid='id');
    CREATE VIRTUAL TABLE old USING fts4 (title, body);
    CREATE VIRTUAL TABLE bare USING fts5 (title, content='');
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
    INSERT INTO articles SELECT i, 'Title ' || i, 'common words of article ' || hex(randomblob(8)) FROM n;
    INSERT INTO own (rowid, title, body) SELECT * FROM articles;
    INSERT INTO old (docid, title, body) SELECT * FROM articles;
    INSERT INTO bare (rowid, title) SELECT id, title FROM articles;
    INSERT INTO over (over) VALUES ('rebuild');
    PRAGMA writable_schema = ON;
    UPDATE own_content SET c1 = 'lost until rebuilt' WHERE id = 7;
    UPDATE old_content SET c1body = 'lost until rebuilt' WHERE docid = 7;
    UPDATE articles SET body = 'lost until rebuilt' WHERE id = 7;`)
  database.close()
}

/** How many rows of each index a search for a word finds. */
function found(path: string, word: string, indexes = ['own', 'over', 'old']): number[] {
  const database = new DatabaseSync(path, { readOnly: true })
  const counts = indexes.map((index) =>
    Number(
      Object.values(
        database.prepare(`SELECT count(*) FROM ${index} WHERE ${index} MATCH ?`).get(word) ?? {},
      )[0],
    ),
  )
  database.close()
  return counts
}

/** The content digest, whatever its indexes are like. */
function contentOf(path: string): string {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    return digestDatabase(nativeSource(database)).value
  } finally {
    database.close()
  }
}

/** @param given its database is in the store where it has no path */
const optionsOf = (
  { path, ...given }: { store: ObjectStore; scratch: Scratch; path: string | null },
  engine: Engine = inProcessEngine(),
) => ({
  ...given,
  engine,
  hub: 'test',
  run: 'run',
  database: { key, authority: path === null ? ('store' as const) : ('server' as const), path },
  crossCheckMaxBytes: 0,
  now: () => new Date(),
  fence: async () => {},
})

/** Custody of a database in a store, or of a live one. */
async function custody(mode: string, live: boolean, engine: Engine = inProcessEngine()) {
  const directory = temporaryDirectory()
  const path = join(directory, key)
  fill(path, mode, 300)
  const store = memoryStore()
  await store.put(key, readFileSync(path))
  const scratch = await createScratch(join(directory, 'scratch'))
  const ports = custodyPorts(
    { database: 'maintain' },
    optionsOf({ store, scratch, path: live ? path : null }, engine),
  )
  const database = ports.database
  if (database === undefined || !('rewrite' in database)) throw new Error('it cannot be maintained')
  return { database, path, scratch }
}

const wanted = ['own', 'over', 'old', 'bare', 'none']

describe('rebuilding in a database at rest', () => {
  it('makes the indexes anew in the copy, keeps the content, and tells what it gained', async () => {
    const { database, path, scratch } = await custody('delete', false)
    const snapshot = done(await database.snapshot())
    expect(found(path, 'lost')).toEqual([0, 0, 0])
    const before = done((await snapshot.examine(['digest'])).digest)
    const copy = done(
      await database.rewrite(snapshot, { analyze: false, searchIndexes: [], rebuild: wanted }),
    )
    expect(copy.digest.value).toBe(before.value)
    expect(found(copy.path, 'lost')).toEqual([1, 1, 1])
    const { searchIndexes } = await inProcessEngine().examine(copy.path, {
      parts: ['search-indexes'],
      scratch: scratch.directory,
    })
    expect(done(searchIndexes).map(({ outcome }) => outcome)).toEqual(
      Array(4).fill({ state: 'done', value: null }),
    )
    expect(copy.rebuilt?.map(({ index, refused }) => [index, refused])).toEqual([
      ['own', null],
      ['over', null],
      ['old', null],
      ['bare', expect.stringContaining('contentless')],
      ['none', 'there is no full-text index none'],
    ])
    for (const { bytesAfter, bytesBefore, searchAfter, searchBefore } of copy.rebuilt?.slice(0, 3) ?? []) {
      for (const figure of [bytesAfter, bytesBefore, searchAfter, searchBefore])
        expect(figure).toBeGreaterThan(0)
    }
    expect(copy.rebuilt?.[4]).toMatchObject({ bytesBefore: null, searchAfter: null })
    await snapshot.dispose()
    expect(readdirSync(scratch.directory)).toHaveLength(1)
  })

  it('leaves an index alone whose tokenizer is the hub’s own, and does the rest', async () => {
    const path = join(temporaryDirectory(), key)
    fill(path, 'delete', 20)
    const database = new DatabaseSync(path, { defensive: false })
    database.exec(`PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = replace(sql, 'body)', 'body, tokenize=hubs)') WHERE name = 'own'`)
    database.close()
    const target = join(path, '../copy.db')
    const options = { searchIndexes: [], rebuild: ['own', 'old'], analyze: false }
    const { notRebuilt } = done(await inProcessEngine().compact(path, target, options))
    expect(notRebuilt).toEqual([{ index: 'own', reason: expect.stringContaining('no such tokenizer: hubs') }])
    expect(found(target, 'lost', ['old'])).toEqual([1])
  })
})

describe.each([
  ['wal', testEngine({ lockTimeout: seconds(10) })],
  ['delete', inProcessEngine()],
])('rebuilding in a live database in %s mode', (mode, engine) => {
  it('makes the indexes anew under its locks, and keeps the content', async () => {
    const { database, path, scratch } = await custody(mode, true, engine)
    const before = contentOf(path)
    const work = done(await database.maintainInPlace(request({ rebuild: wanted })))
    expect(contentOf(path)).toBe(before)
    expect(work.foreignCommits).toBe(0)
    expect(found(path, 'lost')).toEqual([1, 1, 1])
    const steps = work.steps.filter(({ name }) => name.startsWith('rebuilding'))
    expect(steps.map(({ locks, name }) => [name, locks])).toEqual([
      ['rebuilding own', 1],
      ['rebuilding over', 1],
      ['rebuilding old', 1],
    ])
    expect(work.rebuilt?.map(({ index, refused }) => [index, refused === null])).toEqual(
      wanted.map((index) => [index, !['bare', 'none'].includes(index)]),
    )
    expect(work.rebuilt?.[0]?.bytesAfter).toBeGreaterThan(0)
    const digests = await Promise.all([work.before, work.after].map((look) => look.examine(['digest'])))
    expect(digests.map(({ digest }) => done(digest).value)).toEqual([before, before])
    await Promise.all([work.before.dispose(), work.after.dispose()])
    expect(readdirSync(scratch.directory)).toEqual([])
  })
})

describe('rebuilding that would lock writers out for longer than the budget', () => {
  it('is refused, with what it takes, and the rest is done', async () => {
    const { database, path } = await custody('wal', true)
    const before = contentOf(path)
    const work = done(
      await database.maintainInPlace(request({ rebuild: ['own'], analyze: true, lockBudgetSeconds: 1e-6 })),
    )
    expect(work.rebuilt).toMatchObject([
      { index: 'own', refused: expect.stringMatching(/^it may lock writers out for .*lockBudgetSeconds is/) },
    ])
    expect(work.steps.map(({ name }) => name)).not.toContain('rebuilding own')
    expect(found(path, 'lost')).toEqual([0, 0, 0])
    expect(contentOf(path)).toBe(before)
  })
})

/** An index over a view that gives `text` for row 20; with it, what the index has of the rows. */
function overView(mode: string, text: string): string {
  const path = join(temporaryDirectory(), key)
  const database = new DatabaseSync(path)
  database.exec(`PRAGMA journal_mode = ${mode};
    CREATE TABLE page (id INTEGER PRIMARY KEY, body); CREATE TABLE switch (at);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
    INSERT INTO page SELECT i, 'a lamp ' || i FROM n;
    CREATE VIEW shown AS SELECT id, CASE WHEN id = (SELECT at FROM switch) THEN ${text} ELSE body END AS body FROM page;
    CREATE VIRTUAL TABLE words USING fts5 (body, content=shown, content_rowid=id);
    INSERT INTO words (words) VALUES ('rebuild'); INSERT INTO switch VALUES (20)`)
  database.close()
  return path
}

describe('rebuilding that fails in the middle', () => {
  it.each(['wal', 'delete'])('leaves the index of a live database in %s mode as it was', async (mode) => {
    const path = overView(mode, "json('{')")
    const [before, after] = ['before.db', 'after.db'].map((name) => join(path, '..', name))
    if (before === undefined || after === undefined) throw new Error('no paths')
    const work = done(
      await inProcessEngine().maintainLive(path, { before, after }, request({ rebuild: ['words'] })),
    )
    expect(work.steps).toContainEqual(
      expect.objectContaining({ name: 'rebuilding words', unfinished: expect.any(String) }),
    )
    expect(found(path, 'lamp', ['words'])).toEqual([40])
  })

  it('is no copy to be put in place, when the new index does not say what its content says', async () => {
    const path = overView('delete', 'hex(randomblob(8))')
    const directory = join(path, '..')
    const store = memoryStore()
    await store.put(key, readFileSync(path))
    const scratch = await createScratch(join(directory, 'scratch'))
    const { database } = custodyPorts({ database: 'maintain' }, optionsOf({ store, scratch, path: null }))
    if (database === undefined || !('rewrite' in database)) throw new Error('it cannot be maintained')
    const asked = { analyze: false, searchIndexes: [], rebuild: ['words'] }
    expect(await database.rewrite(done(await database.snapshot()), asked)).toMatchObject({
      state: 'fault',
      fault: { message: expect.stringContaining('search index words') },
    })
  })
})

it('rebuilding forgets nothing of how an index was told to merge', () => {
  const database = new DatabaseSync(':memory:')
  database.exec(`CREATE VIRTUAL TABLE five USING fts5 (body); CREATE VIRTUAL TABLE four USING fts4 (body);
    CREATE VIRTUAL TABLE three USING fts3 (body); INSERT INTO five (five, rank) VALUES ('automerge', 3);
    INSERT INTO five (five, rank) VALUES ('rank', 'bm25(2.0)'); INSERT INTO four (four) VALUES ('automerge=5');
    INSERT INTO three (three) VALUES ('automerge=6')`)
  const settings = () =>
    database
      .prepare(
        `SELECT k, v FROM five_config WHERE k <> 'version' UNION ALL SELECT 'four', value FROM four_stat WHERE id = 2
         UNION ALL SELECT 'three', value FROM three_stat WHERE id = 2`,
      )
      .all()
  const told = settings()
  expect(told.map(({ v }) => v)).toEqual([3, 'bm25(2.0)', 5, 6])
  for (const index of ['five', 'four', 'three']) expect(rebuildIndex(database, index)).toBeNull()
  expect(settings()).toEqual(told)
})

it('an index of FTS3 is never made anew beside a table that SQLite would clear for it', async () => {
  const path = join(temporaryDirectory(), key)
  const database = new DatabaseSync(path, { defensive: false })
  database.exec(`CREATE TABLE pages_stat (id INTEGER PRIMARY KEY, views); CREATE VIRTUAL TABLE pages USING fts3 (body);
    CREATE VIRTUAL TABLE merged USING fts3 (body); INSERT INTO merged (merged) VALUES ('automerge=4')`)
  database.close()
  const { indexes, refused } = await beginRebuild(inProcessEngine(), path, ['pages', 'merged'])
  expect(indexes).toEqual(['merged'])
  expect(refused).toEqual([
    { index: 'pages', reason: expect.stringMatching(/the table pages_stat .* empty that$/) },
  ])
})

describe('limits', () => {
  it('of the disk of a live database refuse what would fill it', async () => {
    const path = join(temporaryDirectory(), key)
    fill(path, 'wal', 300)
    const engine = inProcessEngine()
    const limits = { lockBudgetSeconds: 60, freeBytes: mebibytes(16) + 10_000 }
    const rebuilding = await withinLimits(engine, path, await beginRebuild(engine, path, ['own']), limits)
    expect(rebuilding.indexes).toEqual([])
    expect(rebuilding.refused).toEqual([
      { index: 'own', reason: expect.stringMatching(/^it may take .* of the disk .* 16\.0 MiB are free$/) },
    ])
  })

  it('of memory end the rebuilding, and leave no copy', async () => {
    const path = join(temporaryDirectory(), key)
    fill(path, 'delete', 20)
    const target = join(path, '../copy.db')
    const engine = testEngine({ memoryLimit: mebibytes(20) })
    const outcome = await engine.compact(path, target, {
      searchIndexes: [],
      rebuild: ['own'],
      analyze: false,
    })
    expect(outcome).toMatchObject({ state: 'stopped', by: 'memory-limit' })
  })
})
