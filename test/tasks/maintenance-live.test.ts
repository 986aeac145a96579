import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readdirSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { ConfigInput } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { isWithin } from '../../functions/database-maintenance/window.ts'
import { runTask } from '../support/cli.ts'
import { sampleHub, type TestHub } from '../support/hub.ts'
import { contentOf } from '../support/live-job.ts'
import { startWriter } from '../support/writer.ts'

type DatabaseInput = Partial<ConfigInput['hubs'][string]['database']>

const program = join(import.meta.dirname, '../../cli/bin/hubkeeper.cjs')

const maintain = (hub: TestHub, ...args: string[]) =>
  runTask(hub.directory, ['run', 'database-maintenance', ...args])

/** A hub whose server has the database open, with half of its articles deleted. */
function liveHub(journalMode: 'wal' | 'delete' = 'wal', database: DatabaseInput = {}): TestHub {
  const hub = sampleHub({ journalMode, articles: 200, deletedShare: 0.5 })
  hub.configure({ database: { authority: 'server', vacuum: { lockBudgetSeconds: 60 }, ...database } })
  return hub
}

describe('maintenance of a live database', () => {
  it.each(['wal', 'delete'] as const)('in %s mode makes it smaller in place, with proof', async (mode) => {
    const hub = liveHub(mode)
    hub.execute('CREATE VIRTUAL TABLE titles USING fts5 (title, content=articles, content_rowid=id)')
    hub.execute("INSERT INTO titles (titles) VALUES ('rebuild')")
    const server = new DatabaseSync(hub.database, { timeout: 5000 })
    server.prepare('SELECT 1 FROM articles').get()
    const content = contentOf(hub.database)
    const pages = Number(hub.value('PRAGMA page_count'))
    const run = await maintain(hub, '--scheduled', '2026-11-22T14:15:00Z')
    expect(run.code).toBe(0)
    expect(run.finding('database.compaction')).toMatchObject({
      status: 'ok',
      evidence: expect.arrayContaining([
        expect.stringMatching(/^forecast .* of lock, budget 1 min$/),
        expect.stringMatching(/^VACUUM: /),
        expect.stringMatching(/^writers were held out for .*, budget 1 min$/),
      ]),
    })
    const preserved = run.finding('content.preserved')
    expect(preserved).toMatchObject({ status: 'ok', actual: preserved.expected })
    expect(contentOf(hub.database)).toBe(content)
    expect(Number(hub.value('PRAGMA page_count'))).toBeLessThan(pages)
    const lock = run.report.figures.find(({ name }) => name === 'database.lock-time')
    expect(lock).toMatchObject({ subject: 'knowledge/hub.db', unit: 'seconds' })
    expect(lock?.value).toBeGreaterThan(0)
    expect(server.prepare('SELECT count(*) AS n FROM sqlite_stat1').get()).not.toEqual({ n: 0 })
    server.close()
    expect(readdirSync(join(hub.directory, 'knowledge'))).not.toContain('hub.db-wal')
    expect(readdirSync(join(hub.directory, 'state/scratch'))).toEqual([])
  })

  it('beside a server that never stops writing says how many commits came between', async () => {
    const hub = liveHub()
    const writer = await startWriter(hub.database)
    const run = await maintain(hub, '--force')
    const { acknowledged, refused } = await writer.stop()
    expect(run.code).toBe(0)
    expect(run.finding('content.preserved')).toMatchObject({
      status: 'skipped',
      actual: expect.stringMatching(/^[1-9]\d* commits? between$/),
    })
    expect(refused).toBe(0)
    expect(hub.value('SELECT count(*) FROM commits')).toBe(acknowledged.length)
  })

  it('gives up, with what to do, when the server holds a lock for too long', async () => {
    const hub = liveHub('wal', { lockTimeoutSeconds: 0.3 })
    const content = contentOf(hub.database)
    const server = new DatabaseSync(hub.database)
    server.exec('BEGIN IMMEDIATE')
    const run = await maintain(hub, '--force')
    server.close()
    expect(run.code).toBe(3)
    expect(run.report.error).toMatchObject({
      code: 'database-locked',
      hint: expect.stringContaining('lockTimeoutSeconds'),
    })
    expect(contentOf(hub.database)).toBe(content)
  })

  it('that is killed at any moment loses nothing, and the next one heals what it left', async () => {
    const hub = liveHub('delete')
    const content = contentOf(hub.database)
    for (let round = 0; round < 5; round++) {
      const command = [program, 'run', 'database-maintenance', '--force']
      const child = spawn(process.execPath, command, { cwd: hub.directory, stdio: 'ignore' })
      setTimeout(() => child.kill('SIGKILL'), 300 + Math.random() * 1500)
      await once(child, 'exit')
      expect(contentOf(hub.database), `round ${round}`).toBe(content)
    }
    const run = await maintain(hub, '--force')
    expect(run.finding('content.preserved')).toMatchObject({ status: 'ok' })
    expect(readdirSync(join(hub.directory, 'state/scratch'))).toEqual([])
    expect(readdirSync(join(hub.directory, 'knowledge')).filter((name) => name.startsWith('hub.db'))).toEqual(
      ['hub.db'],
    )
  })
})

interface Forbidden {
  readonly rule: string
  readonly args?: readonly string[]
  readonly database?: DatabaseInput
  readonly prepare?: (hub: TestHub) => void
}

/** What SQLite 3.45.1 would have left in the header, in which a WAL can go wrong. */
function writtenByOld({ database }: TestHub): void {
  const version = Buffer.alloc(4)
  version.writeUInt32BE(3_045_001)
  writeSync(openSync(database, 'r+'), version, 0, 4, 96)
}

const forbidden: readonly Forbidden[] = [
  { rule: 'window: it was not run by its schedule', args: [] },
  {
    rule: 'window: 2026-11-22T14:15:00.000Z is not between 02:00 and 04:00 (UTC)',
    args: ['--force', '--at', '2026-11-22T14:15:00Z'],
    database: { vacuum: { lockBudgetSeconds: 60, window: { from: '02:00', to: '04:00' } } },
  },
  { rule: 'lock-budget: forecast', database: { vacuum: { lockBudgetSeconds: 0.0001 } } },
  {
    rule: 'rowids: it may number the rows anew of loose',
    prepare: (hub) => hub.execute('CREATE TABLE loose (note TEXT)'),
  },
  {
    rule: 'rowid-dependent-index: found depends on the rowids of loose',
    prepare: (hub) =>
      hub.execute(
        'CREATE TABLE loose (note TEXT); CREATE VIRTUAL TABLE found USING fts5 (note, content=loose)',
      ),
  },
  {
    rule: 'litestream-tables: _litestream_seq',
    prepare: (hub) => hub.execute('CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)'),
  },
  { rule: 'wal-reset-bug: written by SQLite 3.45.1', prepare: writtenByOld },
  {
    rule: 'content: with a copy it did not leave the content as it was',
    prepare: (hub) =>
      hub.execute(
        `CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE TABLE b (id INTEGER PRIMARY KEY AUTOINCREMENT);
         INSERT INTO a DEFAULT VALUES; INSERT INTO b DEFAULT VALUES; DROP TABLE a`,
      ),
  },
]

describe('VACUUM in place is refused by each of its rules', () => {
  it.each(forbidden)('$rule', async ({ args = ['--force'], database, prepare, rule }) => {
    const hub = liveHub('wal', database)
    prepare?.(hub)
    const run = await maintain(hub, '--dry-run', ...args)
    expect(run.code).toBe(0)
    expect(run.finding('database.compaction')).toMatchObject({
      status: 'skipped',
      actual: expect.stringContaining(`VACUUM in place is refused (${rule}`),
      advice: expect.stringMatching(/\w/),
    })
    expect(run.finding('database.compaction').actual).toMatch(/; it would give back (about|an unknown)/)
  })

  it('which leaves the file as it was, while the rest is done', async () => {
    const hub = liveHub('wal', { vacuum: { lockBudgetSeconds: 0.0001 } })
    const pages = hub.value('PRAGMA page_count')
    const content = contentOf(hub.database)
    const run = await maintain(hub, '--force')
    expect(run.finding('database.compaction').actual).toContain('lock-budget: forecast')
    expect(run.finding('database.compaction').evidence.join('\n')).not.toContain('VACUUM:')
    expect(run.finding('content.preserved')).toMatchObject({ status: 'ok' })
    expect(Number(hub.value('PRAGMA page_count'))).toBeGreaterThanOrEqual(Number(pages))
    expect(contentOf(hub.database)).toBe(content)
  })

  it('not at all when nothing would be gained: then it is not even rehearsed', async () => {
    const hub = liveHub()
    hub.execute('VACUUM')
    const run = await maintain(hub, '--scheduled', '2026-11-22T14:15:00Z', '--dry-run')
    expect(run.finding('database.compaction').actual).toContain('nothing to gain')
  })

  it('and a dry run names every step, and changes nothing', async () => {
    const hub = liveHub()
    const before = statSync(hub.database, { bigint: true }).mtimeNs
    const run = await maintain(hub, '--force', '--dry-run')
    expect(run.finding('database.compaction').actual).toMatch(
      /^dry run: it would be backed up, proven and optimised in place, merging article_search, VACUUM in place \(forced; forecast .* of lock, budget 1 min\)$/,
    )
    expect(statSync(hub.database, { bigint: true }).mtimeNs).toBe(before)
    expect(readdirSync(hub.directory)).not.toContain('backups')
  })
})

describe('the window of VACUUM', () => {
  const night = { from: '23:30', to: '04:00' }
  const whole = { from: '00:00', to: '00:00' }

  it.each([
    [night, 'UTC', '2026-11-22T23:30:00Z', true],
    [night, 'UTC', '2026-11-22T03:59:59Z', true],
    [night, 'UTC', '2026-11-22T04:00:00Z', false],
    [night, 'UTC', '2026-11-22T12:00:00Z', false],
    [night, 'America/New_York', '2026-11-22T05:00:00Z', true],
    [night, 'Asia/Tokyo', '2026-11-22T03:00:00Z', false],
    [{ from: '02:00', to: '04:00' }, 'UTC', '2026-11-22T01:59:00Z', false],
    [whole, 'UTC', '2026-11-22T12:00:00Z', true],
  ])('%j in %s, at %s: %s', (window, timeZone, at, within) => {
    expect(isWithin(window, timeZone, new Date(at))).toBe(within)
  })
})
