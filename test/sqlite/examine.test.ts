import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gzipSync } from 'node:zlib'
import { type Examination, examinationParts, mebibytes, seconds } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { createSampleHub } from '../../examples/sample-hub/create.ts'
import { testEngine } from '../support/engine.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** A database of a sample hub that a test may damage. */
function sample(): { path: string; directory: string } {
  const directory = temporaryDirectory()
  const { database } = createSampleHub({ directory, journalMode: 'delete', articles: 200 })
  return { path: database, directory }
}

function made(sql: string, options: { defensive?: boolean } = {}): { path: string; directory: string } {
  const directory = temporaryDirectory()
  const path = join(directory, 'a.db')
  const database = new DatabaseSync(path, options)
  database.exec(sql)
  database.close()
  return { path, directory }
}

const look = ({ directory, path }: { path: string; directory: string }): Promise<Examination> =>
  testEngine().examine(path, { parts: examinationParts, scratch: directory })

const done = <T>(outcome: { state: string; value?: T }): T => {
  if (outcome.state !== 'done' || outcome.value === undefined) throw new Error(JSON.stringify(outcome))
  return outcome.value
}

describe('a sound database', () => {
  it('is examined in every part, and not written to', async () => {
    const { directory, path } = sample()
    const before = readFileSync(path)
    const seen = await look({ directory, path })
    expect(seen).toMatchObject({
      structure: { state: 'done', value: { journalMode: 'rollback', encoding: 'UTF-8', missing: [] } },
      integrity: { state: 'done', value: [] },
      foreignKeys: { state: 'done', value: [] },
      searchIndexes: { state: 'done', value: [{ name: 'article_search', module: 'fts5', content: 'own' }] },
      hazards: { state: 'done', value: [] },
      digest: { state: 'done', value: { version: 1 } },
      contents: { state: 'done' },
    })
    expect(Object.keys(seen.seconds).sort()).toEqual([...examinationParts].sort())
    expect(done(seen.statistics).tables.map(({ name }) => name)).toEqual([
      'authors',
      'articles',
      'commands',
      'article_search',
    ])
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('leaves nothing beside it, not even in WAL mode', async () => {
    const { directory, path } = made('PRAGMA journal_mode = WAL; CREATE TABLE t (a)')
    await look({ directory, path })
    expect(readdirSync(directory)).toEqual(['a.db'])
  })
})

describe('what is not a database', () => {
  const path = () => join(temporaryDirectory(), 'a.db')
  const faultOf = async (file: string) => {
    const { structure } = await look({ path: file, directory: temporaryDirectory() })
    return structure.state === 'fault' ? structure.fault : null
  }

  it('is missing', async () => {
    expect(await faultOf(path())).toMatchObject({ kind: 'missing' })
  })

  it.each([
    ['empty', Buffer.alloc(0), 'empty', 'is empty: 0 bytes'],
    ['a text', Buffer.from('hello, this is a text file\n'.repeat(30)), 'not-a-database', 'is a text file'],
    ['compressed', gzipSync('x'.repeat(5000)), 'not-a-database', 'is gzip-compressed'],
    [
      'encrypted',
      Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919 + (i >> 3) * 31) % 256)),
      'not-a-database',
      'encrypted, or its header is damaged',
    ],
  ] as const)('is %s', async (_, content, kind, message) => {
    const file = path()
    writeFileSync(file, content)
    expect(await faultOf(file)).toMatchObject({ kind, message: expect.stringContaining(message) })
  })
})

describe('a damaged database', () => {
  it('that was cut off is told from its integrity, without a crash', async () => {
    const { directory, path } = sample()
    truncateSync(path, Math.floor(readFileSync(path).length / 2 / 4096) * 4096)
    const seen = await look({ directory, path })
    const faults = seen.integrity.state === 'done' ? seen.integrity.value : [seen.structure.state]
    expect(faults.length).toBeGreaterThan(0)
  })

  it('with a page of zeros has problems, and what was found before it is kept', async () => {
    const { directory, path } = sample()
    const bytes = readFileSync(path)
    const page = 4096
    // Pages in the middle belong to the articles or their index.
    for (const number of [20, 40, 60]) bytes.fill(0, number * page, (number + 1) * page)
    writeFileSync(path, bytes)
    const seen = await look({ directory, path })
    expect(done(seen.integrity).length).toBeGreaterThan(0)
    expect(seen.structure.state).toBe('done')
  })

  it('in its full-text index only, has a sound structure and a broken index', async () => {
    const { directory, path } = sample()
    const database = new DatabaseSync(path, { defensive: false })
    database.exec('UPDATE article_search_data SET block = zeroblob(length(block)) WHERE id > 1000')
    database.close()
    const seen = await look({ directory, path })
    expect(seen.integrity).toEqual({ state: 'done', value: [] })
    expect(done(seen.searchIndexes)[0]?.outcome).toMatchObject({
      state: 'done',
      value: expect.any(String),
    })
  })

  it('whose index lost a row is not sound', async () => {
    const { directory, path } = made(
      `CREATE TABLE t (a); CREATE INDEX i ON t (a); INSERT INTO t VALUES (1), (2);
       PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE INDEX i ON t (a) WHERE a > 1' WHERE name = 'i';`,
      { defensive: false },
    )
    const database = new DatabaseSync(path, { defensive: false })
    database.exec(
      "REINDEX i; PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE INDEX i ON t (a)' WHERE name = 'i'",
    )
    database.close()
    const seen = await look({ directory, path })
    expect(done(seen.integrity)).toContainEqual(expect.stringContaining('missing from index i'))
  })

  it('with appended bytes passes, as SQLite says it does: digests of the file are there for that', async () => {
    const { directory, path } = sample()
    appendFileSync(path, 'appended')
    expect((await look({ directory, path })).integrity).toEqual({ state: 'done', value: [] })
  })
})

describe('full-text indexes over another table', () => {
  const external = `
    CREATE TABLE t (id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (1, 'one'), (2, 'two');
    CREATE VIRTUAL TABLE s USING fts5 (a, content='t', content_rowid='id');
    INSERT INTO s (s) VALUES ('rebuild');`

  it('are compared with it, in a copy', async () => {
    const sound = made(external)
    expect(done((await look(sound)).searchIndexes)[0]?.outcome).toEqual({ state: 'done', value: null })
    const stale = made(`${external} UPDATE t SET a = 'three' WHERE id = 2`)
    expect(done((await look(stale)).searchIndexes)[0]?.outcome).toMatchObject({
      state: 'done',
      value: expect.stringContaining('does not agree with its content'),
    })
    expect(readdirSync(stale.directory)).toEqual(['a.db'])
  })

  it('are a hazard where the rowids of that table may change', async () => {
    const { hazards } = await look(
      made("CREATE TABLE t (a); CREATE VIRTUAL TABLE s USING fts5 (a, content='t')"),
    )
    expect(done(hazards)).toEqual([expect.objectContaining({ name: 'rowid-dependent-index' })])
  })

  it('are none where an index keeps them, in whatever case the table is named', async () => {
    const { hazards } = await look(
      made("CREATE TABLE t (a UNIQUE); CREATE VIRTUAL TABLE s USING fts5 (a, content='T')"),
    )
    expect(done(hazards)).toEqual([])
  })
})

describe('what this engine lacks', () => {
  it('is named: a collation', async () => {
    const seen = await look(
      made(
        `CREATE TABLE t (a); CREATE INDEX i ON t (a); INSERT INTO t VALUES ('x'), ('y');
         PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = 'CREATE TABLE t (a COLLATE klingon)' WHERE name = 't';`,
        { defensive: false },
      ),
    )
    expect(done(seen.structure).missing).toEqual(['klingon'])
    expect(seen.digest.state).toBe('done')
  })

  it('is named: a module', async () => {
    const seen = await look(
      made(
        `CREATE TABLE t (a); PRAGMA writable_schema = ON;
         INSERT INTO sqlite_schema VALUES ('table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING vec0 (x)');`,
        { defensive: false },
      ),
    )
    expect(done(seen.structure).missing).toEqual(['vec0'])
  })
})

describe('hazards', () => {
  it('are Litestream’s tables, and a schema without tables', async () => {
    const litestream = await look(made('CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY)'))
    expect(done(litestream.hazards)).toEqual([expect.objectContaining({ name: 'litestream-tables' })])
    const bare = await look(made('PRAGMA user_version = 1'))
    expect(done(bare.hazards)).toEqual([expect.objectContaining({ name: 'no-tables', severity: 'critical' })])
  })
})

describe('foreign keys', () => {
  it('are counted by table and parent', async () => {
    const { foreignKeys } = await look(
      made(`CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p);
            PRAGMA foreign_keys = OFF; INSERT INTO c VALUES (1), (2), (3);`),
    )
    expect(foreignKeys).toEqual({ state: 'done', value: [{ table: 'c', parent: 'p', rows: 3 }] })
  })
})

describe('limits', () => {
  it('end a check that takes too long, and say so', async () => {
    const { directory, path } = made(`CREATE TABLE q (x, y); CREATE UNIQUE INDEX u ON q (x);
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000)
      INSERT INTO q SELECT i, randomblob(300) FROM n;`)
    const engine = testEngine({ timeLimit: 350 })
    const seen = await engine.examine(path, { parts: examinationParts, scratch: directory })
    expect(seen.statistics).toEqual({
      state: 'stopped',
      by: 'time-limit',
      detail: 'ended after its limit of 350 ms',
    })
    expect(seen.seconds).not.toHaveProperty('statistics')
  })

  it('end a process that takes too much memory, and say so', async () => {
    const { directory, path } = sample()
    const engine = testEngine({ memoryLimit: mebibytes(20) })
    const seen = await engine.examine(path, { parts: examinationParts, scratch: directory })
    const last = seen.statistics
    expect(last).toMatchObject({
      state: 'stopped',
      by: 'memory-limit',
      detail: expect.stringContaining('the limit is 20.0 MiB'),
    })
  })
})

describe('a snapshot of a live database', () => {
  it('has what is committed and only in the WAL, and leaves the WAL alone', async () => {
    const directory = temporaryDirectory()
    const path = join(directory, 'a.db')
    const server = new DatabaseSync(path)
    server.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES ('in the WAL')")
    const target = join(directory, 'snapshot.db')
    expect(await testEngine().snapshotLive(path, target)).toMatchObject({ state: 'done' })
    const snapshot = new DatabaseSync(target, { readOnly: true })
    expect(snapshot.prepare('SELECT a FROM t').get()).toMatchObject({ a: 'in the WAL' })
    snapshot.close()
    server.exec("INSERT INTO t VALUES ('more')")
    server.close()
  })

  it('waits for a lock, and says when it never cleared', async () => {
    const directory = temporaryDirectory()
    const path = join(directory, 'a.db')
    const server = new DatabaseSync(path)
    server.exec('CREATE TABLE t (a); BEGIN EXCLUSIVE')
    const locked = await testEngine().snapshotLive(path, join(directory, 's.db'))
    expect(locked).toMatchObject({
      state: 'fault',
      fault: { kind: 'locked', message: expect.stringContaining('0.3 s') },
    })
    setTimeout(() => server.exec('COMMIT'), 500)
    const engine = testEngine({ lockTimeout: seconds(20) })
    expect(await engine.snapshotLive(path, join(directory, 's.db'))).toMatchObject({ state: 'done' })
    server.close()
  })
})

describe('a rewritten copy', () => {
  it('keeps everything that VACUUM INTO would drop or that identifies the file', async () => {
    const { directory, path } = made(`PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA encoding = 'UTF-16le'; PRAGMA user_version = 42; PRAGMA application_id = 99;
      CREATE TABLE t (a); INSERT INTO t VALUES ('x'); PRAGMA journal_mode = WAL;`)
    const target = join(directory, 'new.db')
    const engine = testEngine()
    const written = await engine.compact(path, target, { searchIndexes: [], analyze: false })
    expect(written).toMatchObject({ state: 'done' })
    const before = await engine.examine(path, { parts: ['digest'], scratch: directory })
    const after = await engine.examine(target, { parts: ['digest'], scratch: directory })
    expect(done(after.structure)).toMatchObject({
      pageSize: 8192,
      autoVacuum: 'incremental',
      encoding: 'UTF-16le',
      userVersion: 42,
      applicationId: 99,
      journalMode: 'wal',
    })
    expect(done(after.digest)).toEqual(done(before.digest))
    expect(readdirSync(directory).sort()).toEqual(['a.db', 'new.db'])
  })

  it('has its full-text indexes merged, with the same content', async () => {
    const { directory, path } = sample()
    const engine = testEngine()
    const parts = ['digest', 'statistics', 'search-indexes'] as const
    const before = await engine.examine(path, { parts, scratch: directory })
    expect(done(before.statistics).fragmentedSearchIndexes).toEqual(['article_search'])
    const target = join(directory, 'new.db')
    await engine.compact(path, target, { searchIndexes: ['article_search'], analyze: true })
    const after = await engine.examine(target, { parts, scratch: directory })
    expect(done(after.statistics)).toMatchObject({ fragmentedSearchIndexes: [], staleStatistics: [] })
    expect(done(after.digest)).toEqual(done(before.digest))
    expect(done(after.searchIndexes)[0]?.outcome).toEqual({ state: 'done', value: null })
  })
})
