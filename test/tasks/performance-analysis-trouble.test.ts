import { closeSync, mkdirSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Engine } from '@hubkeeper/sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { inProcessEngine } from '../fakes/in-process-engine.ts'
import { sampleHub } from '../support/hub.ts'
import { analyse, dayOf, documentIn, quick, sum, textOf } from './support/analysed-hub.ts'

/** An engine that ends a statement as the limit would; see the benchmark’s own tests for a real end. */
const endingAtLimit = (sql: string): Engine =>
  inProcessEngine(async (job, run) =>
    job.kind === 'benchmark' && job.sql === sql
      ? { lines: [], stopped: { by: 'time-limit', detail: 'it took longer than 1 s' }, peakMemory: null }
      : run(),
  )

describe('trouble', () => {
  it('with a statement leaves the others their times', async () => {
    const hub = sampleHub()
    const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n'
    hub.configure({
      database: {
        statements: [
          { name: 'no SQL', sql: 'SELEC title' },
          { name: 'vanished', sql: 'SELECT * FROM sold_out' },
          { name: 'endless', sql: endless },
          { name: 'quick', sql: 'SELECT 1' },
        ],
      },
    })
    const run = await analyse(hub, endingAtLimit(endless))
    expect(run.finding('database.query-time', 'no SQL')).toMatchObject({ status: 'unknown' })
    expect(run.finding('database.query-time', 'vanished')).toMatchObject({
      status: 'unknown',
      actual: expect.stringContaining('sold_out'),
    })
    expect(run.finding('database.query-time', 'endless')).toMatchObject({ status: 'critical' })
    expect(run.finding('database.query-time', 'quick')).toMatchObject({ status: 'ok' })
    expect(documentIn(hub, run.report).statements.map(({ name, warm }) => [name, warm === null])).toEqual([
      ['no SQL', true],
      ['vanished', true],
      ['endless', true],
      ['quick', false],
    ])
  })

  it('with the database leaves the rest to be analysed', async () => {
    const hub = sampleHub()
    writeFileSync(hub.database, 'no database at all '.repeat(500))
    const run = await analyse(hub)
    expect(run.finding('database.readable')).toMatchObject({ status: 'critical' })
    expect(documentIn(hub, run.report)).toMatchObject({
      metrics: { database_size: statSync(hub.database).size, tables: null, reclaimable_size: null },
      statements: [],
    })
    expect(run.finding('memory.usage')).toBeDefined()
  })

  it('with what is not there is told, and counted as it is', async () => {
    const hub = sampleHub()
    hub.execute('PRAGMA journal_mode = WAL')
    hub.configure({
      database: { ...quick, authority: 'server' },
      searchIndex: { files: ['nowhere/*.json'] },
    })
    mkdirSync(join(hub.directory, 'backups/20261101T000000Z-abcdef'), { recursive: true })
    writeFileSync(join(hub.directory, 'backups/20261101T000000Z-abcdef/database.db'), 'half a backup')
    const writer = new DatabaseSync(hub.database)
    onTestFinished(() => writer.close())
    writer.exec('CREATE TABLE more (a); INSERT INTO more VALUES (zeroblob(100000))')
    const run = await analyse(hub)
    expect(run.finding('search-index.present')).toMatchObject({
      status: 'warning',
      evidence: ['nothing matches nowhere/*.json', '0 bytes'],
    })
    const { metrics } = documentIn(hub, run.report)
    expect(metrics).toMatchObject({ backups_count: 0, stray_backups_count: 1, stray_backups_size: 13 })
    const own = ['', '-wal', '-shm'].map((suffix) => statSync(hub.database + suffix).size)
    expect(metrics.database_files_size).toBe(sum(own))
    expect(own[1]).toBeGreaterThan(100_000)
  })

  it('with a damaged page is not put on the statement', async () => {
    const hub = sampleHub({ articles: 400 })
    hub.execute('CREATE TABLE fine (a); INSERT INTO fine VALUES (1)')
    const root = hub.value("SELECT pageno FROM dbstat WHERE name = 'articles' AND pagetype = 'leaf' LIMIT 1")
    const file = openSync(hub.database, 'r+')
    writeSync(file, Buffer.alloc(4096, 0x5a), 0, 4096, (Number(root) - 1) * 4096)
    closeSync(file)
    const statements = [
      { name: 'damaged', sql: 'SELECT max(body) FROM articles' },
      { name: 'sound', sql: 'SELECT * FROM fine' },
    ]
    hub.configure({ database: { statements } })
    const run = await analyse(hub)
    expect(run.finding('database.query-time', 'damaged')).toMatchObject({
      status: 'unknown',
      advice: expect.stringContaining('health-check'),
    })
    expect(run.finding('database.plan', 'damaged')).toMatchObject({ status: 'unknown' })
    expect(run.finding('database.query-time', 'sound')).toMatchObject({ status: 'ok' })
  })

  it('with the API is a finding, and no failure', async () => {
    const hub = sampleHub()
    const nobody = { baseUrl: 'http://127.0.0.1:9', endpoints: [{ path: '/health' }] }
    hub.configure({ api: nobody, database: quick })
    const run = await analyse(hub)
    expect(run.report).toMatchObject({ status: 'critical', error: null })
    expect(run.finding('api.available', '/health')).toMatchObject({ status: 'critical' })
    expect(documentIn(hub, run.report).endpoints).toEqual([
      { path: '/health', requests: 1, failures: 1, p50: null, p95: null },
    ])
    const markdown = textOf(hub, run.report, /md$/)
    expect(markdown).toContain('- Slowest endpoint, p95: **–** (none answered)')
    expect(markdown).toContain('- Search index in files: **–** (none is configured)')
    expect(markdown).toContain('First of all: “API answers and calls itself healthy (/health)”: found')
  })

  it('with a table that vanished is told, also by a second analysis on one day, which has its own document', async () => {
    const hub = sampleHub()
    hub.configure({ database: quick })
    hub.execute('CREATE TABLE tides (height REAL); INSERT INTO tides VALUES (3.5)')
    hub.execute('CREATE TABLE grown (a BLOB)')
    const first = (await analyse(hub)).report
    hub.execute('DROP TABLE tides; INSERT INTO grown VALUES (zeroblob(100000))')
    const { report } = await analyse(hub)
    expect(first.artifacts.at(-1)?.key).toBe(`reports/monthly_performance_${dayOf(first)}.json`)
    expect(report.artifacts.at(-1)?.key).toBe(
      `reports/monthly_performance_${dayOf(report)}-${report.run}.json`,
    )
    expect(documentIn(hub, first).run).toBe(first.run)
    const { metrics } = documentIn(hub, report)
    expect(metrics.vanished_tables).toEqual(['tides'])
    expect(metrics.tables?.map((table) => table.bytes_before === null)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ])
    expect(textOf(hub, report, /html$/)).toContain('tides')
    expect(textOf(hub, report, /md$/)).toMatch(/^\| grown \|.*\| \+\d+\.\d KiB \|$/m)
  })

  it('in names goes no farther: pages show them as what they are', async () => {
    const hub = sampleHub()
    const name = '<script>alert(1)</script>\u202e\n[x](javascript:1)'
    hub.execute(
      `CREATE TABLE "${name}" (a TEXT); CREATE INDEX "i${name}" ON "${name}" (a); INSERT INTO "${name}" VALUES ('b')`,
    )
    hub.configure({
      database: { statements: [{ name: '<img src=x onerror=1>', sql: `SELECT * FROM "${name}"` }] },
    })
    const { report } = await analyse(hub)
    const html = textOf(hub, report, /html$/)
    expect(html).not.toContain('<script>alert')
    expect(html).not.toContain('<img src=x')
    expect(html).not.toContain('\u202e')
    const markdown = textOf(hub, report, /md$/)
    expect(markdown).not.toMatch(/^\[x\]\(/m)
    expect(markdown).not.toContain('<script>')
    expect(documentIn(hub, report).metrics.tables?.map((table) => table.name)).toContain(name)
  })
})
