import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { InPlaceRequest } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { commitMark, foreignCommits } from '../../layers/sqlite/src/custody/commit-mark.ts'
import { testEngine } from '../support/engine.ts'
import { contentOf, makeLive, request } from '../support/live-job.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { startWriter } from '../support/writer.ts'

/** A live database, and what is done in it. */
function live(options: { mode: string; rows: number; sql?: string }) {
  const directory = temporaryDirectory()
  const path = join(directory, 'live.db')
  makeLive(path, options)
  const snapshots = { before: join(directory, 'before.db'), after: join(directory, 'after.db') }
  const engine = testEngine({ lockTimeout: 30_000 })
  return {
    path,
    snapshots,
    server: () => new DatabaseSync(path, { timeout: 5000 }),
    async maintain(asked: Partial<InPlaceRequest>) {
      const work = await engine.maintainLive(path, snapshots, request(asked))
      if (work.state !== 'done') throw new Error(JSON.stringify(work))
      return work.value
    },
  }
}

const number = (path: string, sql: string): number => {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
  const value = Object.values(database.prepare(sql).get() ?? {})[0]
  database.close()
  return Number(value)
}

describe.each(['wal', 'delete'])('work in a live database in %s mode', (mode) => {
  it('beside a writer that never stops loses none of its commits, and counts them', async () => {
    const { maintain, path, snapshots } = live({ mode, rows: 3000 })
    const size = statSync(path).size
    const writer = await startWriter(path)
    const { foreignCommits, steps } = await maintain({ vacuum: true, analyze: true })
    const { acknowledged, refused } = await writer.stop()
    expect(refused).toBe(0)
    expect(number(path, 'SELECT count(*) FROM commits')).toBe(acknowledged.length)
    expect(number(path, 'SELECT max(id) FROM commits')).toBe(acknowledged.at(-1))
    expect(contentOf(path)).toMatch(/^[0-9a-f]{64}$/)
    const between =
      number(snapshots.after, 'SELECT count(*) FROM commits') -
      number(snapshots.before, 'SELECT count(*) FROM commits')
    expect(between).toBeGreaterThan(0)
    expect(foreignCommits).toBeGreaterThanOrEqual(between)
    expect(foreignCommits).toBeLessThanOrEqual(acknowledged.length)
    expect(steps.map(({ name }) => name)).toContain('VACUUM')
    expect(number(path, 'PRAGMA page_count') * 4096).toBeLessThan(size)
  })

  it('that nobody else writes is told to be so, and leaves the same content', async () => {
    const { maintain, path, server, snapshots } = live({ mode, rows: 600 })
    const open = server()
    open.prepare('SELECT 1 FROM filling').get()
    const before = contentOf(path)
    const { foreignCommits, steps } = await maintain({ vacuum: true, analyze: true })
    expect(foreignCommits).toBe(0)
    expect([contentOf(snapshots.before), contentOf(snapshots.after), contentOf(path)]).toEqual(
      Array(3).fill(before),
    )
    expect(steps.every(({ lockSeconds, locks }) => locks > 0 && lockSeconds > 0)).toBe(true)
    expect(open.prepare('SELECT count(*) AS n FROM sqlite_stat1').get()).not.toEqual({ n: 0 })
    expect(number(path, 'PRAGMA freelist_count')).toBe(0)
    expect(open.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: mode })
    open.close()
  })

  it('that is locked for longer than it waits says so, and changes nothing', async () => {
    const { path, server, snapshots } = live({ mode, rows: 60 })
    const open = server()
    const before = contentOf(path)
    open.exec('BEGIN IMMEDIATE')
    const work = await testEngine({ lockTimeout: 200 }).maintainLive(
      path,
      snapshots,
      request({ vacuum: true, analyze: true }),
    )
    expect(work).toMatchObject({
      state: 'fault',
      fault: { kind: 'locked', message: 'live.db: database is locked, for 0.2 s' },
    })
    open.exec('COMMIT')
    open.close()
    expect(contentOf(path)).toBe(before)
    expect(number(path, 'PRAGMA freelist_count')).toBeGreaterThan(0)
  })

  it('gives free pages back a few at a time where the database keeps track of them', async () => {
    const { maintain, path } = live({ mode, rows: 2000, sql: 'PRAGMA auto_vacuum = incremental' })
    const before = contentOf(path)
    expect(number(path, 'PRAGMA freelist_count')).toBeGreaterThan(100)
    const { steps } = await maintain({ freePages: true })
    expect(steps.find(({ name }) => name === 'incremental vacuum')?.locks).toBeGreaterThan(1)
    expect(number(path, 'PRAGMA freelist_count')).toBe(0)
    expect(contentOf(path)).toBe(before)
  })

  it.each(['fts5', 'fts4'])('merges an index of %s a few pages at a time', async (module) => {
    const { maintain, path, server } = live({
      mode,
      rows: 1,
      sql: `CREATE VIRTUAL TABLE words USING ${module} (text)`,
    })
    const open = server()
    if (module === 'fts5') open.exec("INSERT INTO words (words, rank) VALUES ('automerge', 0)")
    const add = open.prepare(
      'INSERT INTO words (text) VALUES (hex(randomblob(1500)) || ? || hex(randomblob(1500)))',
    )
    for (let i = 0; i < 15; i++) {
      open.exec('BEGIN')
      for (let k = 0; k < 20; k++) add.run(` lamp${k} `)
      open.exec('COMMIT')
    }
    const segments = () =>
      number(
        path,
        module === 'fts5'
          ? 'SELECT count(DISTINCT segid) FROM words_idx'
          : 'SELECT count(*) FROM words_segdir',
      )
    const before = contentOf(path)
    const fragmented = segments()
    const { foreignCommits, steps } = await maintain({ searchIndexes: ['words'] })
    expect(foreignCommits).toBe(0)
    expect(segments()).toBeLessThan(fragmented)
    const merging = steps.find(({ name }) => name === 'merging words')
    expect(merging).toMatchObject({ unfinished: null })
    expect(merging?.locks).toBeGreaterThan(2)
    expect(contentOf(path)).toBe(before)
    expect(open.prepare("SELECT count(*) AS n FROM words WHERE words MATCH 'lamp7'").get()).toEqual({ n: 15 })
    open.close()
  })
})

describe('VACUUM in place', () => {
  it('is not run once a table has come whose rows it may number anew', async () => {
    const { maintain, path } = live({ mode: 'wal', rows: 300, sql: 'CREATE TABLE loose (x)' })
    const { steps } = await maintain({ vacuum: true })
    expect(steps.find(({ name }) => name === 'VACUUM')).toMatchObject({
      locks: 0,
      unfinished: 'it may number the rows anew of loose',
    })
    expect(number(path, 'PRAGMA freelist_count')).toBeGreaterThan(0)
  })
})

describe('commits since a mark', () => {
  const commit = (database: DatabaseSync) => database.exec('UPDATE filling SET word = 1 WHERE id = 1')

  it.each(['wal', 'delete'])('are counted in %s mode, but for one', (mode) => {
    const { path, server } = live({ mode, rows: 9 })
    const open = server()
    commit(open)
    const before = commitMark(path)
    for (let i = 0; i < 3; i++) commit(open)
    expect(foreignCommits(before, commitMark(path))).toBe(2)
    // Of none, not even our own, nothing is known.
    expect(foreignCommits(before, before)).toBeNull()
    open.close()
  })

  it('are not known when a WAL was closed in between, and its count began anew', () => {
    const { path, server } = live({ mode: 'wal', rows: 9 })
    const open = server()
    for (let i = 0; i < 5; i++) commit(open)
    const before = commitMark(path)
    open.close()
    expect(commitMark(path)).toBeNull()
    const again = server()
    for (let i = 0; i < 9; i++) commit(again)
    expect(foreignCommits(before, commitMark(path))).toBeNull()
    again.close()
  })
})

describe('a contentless index', () => {
  it('is never touched: its segments are all there is of its content', async () => {
    const { maintain, path, server } = live({
      mode: 'wal',
      rows: 1,
      sql: "CREATE VIRTUAL TABLE words USING fts5 (text, content='')",
    })
    const open = server()
    for (let i = 1; i < 4; i++) open.exec(`INSERT INTO words (rowid, text) VALUES (${i}, 'lamp')`)
    const before = contentOf(path)
    const { steps } = await maintain({ searchIndexes: ['words'] })
    expect(steps.map(({ name }) => name)).not.toContain('merging words')
    expect(contentOf(path)).toBe(before)
    open.close()
  })
})
