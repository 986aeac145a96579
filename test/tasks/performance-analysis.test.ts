import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Report, runTask } from '@hubkeeper/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { withEmbedded } from '../../cli/src/with-embedded.ts'
import { startSampleHub } from '../../examples/sample-hub/start.ts'
import { backup } from '../../functions/backup/task.ts'
import {
  type MonthlyPerformance,
  parseMonthlyPerformance,
} from '../../functions/performance-analysis/document.ts'
import { performanceAnalysis } from '../../functions/performance-analysis/task.ts'
import { configuredIn } from '../support/configured.ts'
import { sampleHub, type TestHub } from '../support/hub.ts'
import { type HereResult, runHere } from '../support/run-here.ts'

const analyse = ({ directory }: TestHub): Promise<HereResult> => runHere(directory, performanceAnalysis)

const today = (): string => new Date().toISOString().slice(0, 10).replaceAll('-', '')

/** One that takes no time; without any, some are guessed. */
const quick = { statements: [{ name: 'quick', sql: 'SELECT 1' }] }

/** The text of the one document of a report whose key matches. */
function textOf({ directory }: TestHub, { artifacts }: Report, pattern: RegExp): string {
  const keys = artifacts.map(({ key }) => key).filter((key) => pattern.test(key))
  expect(keys).toHaveLength(1)
  return readFileSync(join(directory, keys[0] ?? ''), 'utf8')
}

const documentIn = (hub: TestHub, report: Report): MonthlyPerformance =>
  parseMonthlyPerformance(JSON.parse(textOf(hub, report, /monthly_performance/)))

const figuresOf = ({ report }: HereResult, name: string): Record<string, number> =>
  Object.fromEntries(
    report.figures
      .filter((figure) => figure.name === name)
      .map(({ subject, value }) => [subject ?? '', value]),
  )

const filesBelow = ({ directory }: TestHub, folder: string): number[] =>
  readdirSync(join(directory, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size)

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

describe('a hub that is well', () => {
  it('is measured: sizes and counts as they are on the disk, in the document of the month', async () => {
    const hub = sampleHub({ articles: 200, journalMode: 'delete' })
    const server = await startSampleHub({ database: hub.database, logs: join(hub.directory, 'served') })
    onTestFinished(() => server.stop())
    hub.configure({
      database: {
        // Another engine would say the same of the backup.
        crossCheckMaxBytes: 0,
        statements: [
          { name: 'rows', sql: 'SELECT count(*) FROM articles' },
          { name: 'search', sql: "SELECT rowid FROM article_search WHERE article_search MATCH 'lamp'" },
          { name: 'one', sql: 'SELECT * FROM articles WHERE id = 7' },
        ],
      },
      api: {
        baseUrl: server.url,
        samples: 3,
        endpoints: [{ path: '/api/v1/search?q=lamp' }, { path: '/health', kind: 'health' }],
      },
      logs: { files: ['logs/*.log'] },
      searchIndex: { files: ['knowledge/search_index/*.json'] },
      requirements: ['requirements.txt'],
    })
    await runHere(hub.directory, backup)
    const run = await analyse(hub)
    const { report } = run
    const document = documentIn(hub, report)
    const index = filesBelow(hub, 'knowledge/search_index')
    const logs = filesBelow(hub, 'logs')
    expect(document).toMatchObject({
      schema: 1,
      type: 'monthly_performance',
      date: report.startedAt,
      hub: 'hub',
      run: report.run,
      metrics: {
        database_size: statSync(hub.database).size,
        search_index_size: sum(index),
        search_index_files_count: 2,
        log_files_count: 1,
        log_files_size: sum(logs),
        backups_count: 1,
        // The database, two index files and the requirements.
        backup_files_count: 4,
        vanished_tables: [],
      },
      endpoints: [
        { requests: 3, failures: 0 },
        { requests: 3, failures: 0 },
      ],
      trends: expect.arrayContaining([expect.objectContaining({ latest: null, before_readings: 0 })]),
    })
    const tables = new Map(document.metrics.tables?.map((table) => [table.name, table]))
    expect(tables.get('articles')?.rows).toBe(hub.value('SELECT count(*) FROM articles'))
    expect([...tables.keys()].sort()).toEqual(['article_search', 'articles', 'authors', 'commands'])
    expect(sum([...tables.values()].map((table) => table.bytes + table.index_bytes))).toBeLessThanOrEqual(
      document.metrics.database_size ?? 0,
    )
    for (const statement of document.statements) {
      expect(statement.cold?.p95).toBeGreaterThanOrEqual(statement.cold?.p50 ?? Number.NaN)
      expect(statement.warm?.samples).toBeGreaterThan(1)
    }
    expect(report.artifacts.map(({ key }) => key)).toEqual([
      `reports/performance-analysis/${report.run}/performance.html`,
      `reports/performance-analysis/${report.run}/performance.md`,
      `reports/monthly_performance_${today()}.json`,
    ])
    expect(textOf(hub, report, /html$/)).toContain('Monthly performance analysis')
    expect(textOf(hub, report, /md$/)).toContain('Monthly performance analysis')
    expect(Object.keys(figuresOf(run, 'database.query-time'))).toEqual(['rows', 'search', 'one'])
    expect(figuresOf(run, 'backups.size')).toEqual({ '': document.metrics.backup_files_size })
    expect(figuresOf(run, 'table.size')).toHaveProperty('articles', tables.get('articles')?.bytes)
    expect(run.finding('api.available', '/health')).toMatchObject({ status: 'ok' })
    expect(run.finding('performance.trend', 'api.p95 of /health')).toMatchObject({ status: 'skipped' })
  })

  it('is left as it was by a dry run', async () => {
    const hub = sampleHub()
    hub.configure({ database: quick })
    const configured = await configuredIn(hub.directory)
    const outcome = await withEmbedded(configured, ({ drivers }) =>
      runTask(
        performanceAnalysis,
        {
          hub: configured.hub,
          input: {},
          scheduledFor: null,
          at: null,
          dryRun: true,
          progress: { step: () => {} },
        },
        drivers,
      ),
    )
    expect(outcome).toMatchObject({ report: { error: null, artifacts: [] } })
    expect(readdirSync(hub.directory)).not.toContain('reports')
  })
})

describe('query plans', () => {
  const statements = [
    { name: 'all', sql: 'SELECT count(*) FROM articles' },
    { name: 'by author', sql: 'SELECT title FROM articles WHERE author = 3 AND created_at > 0' },
    { name: 'by topic', sql: "SELECT title FROM articles WHERE topic = 'lens'" },
    { name: 'few rows', sql: "SELECT * FROM authors WHERE upper(name) = 'ADA'" },
  ]

  it('name what is read from end to end, and the index that is missing', async () => {
    const hub = sampleHub({ articles: 1500, deletedShare: 0 })
    hub.execute('ANALYZE')
    hub.configure({ database: { statements } })
    const run = await analyse(hub)
    expect(run.finding('database.statistics')).toMatchObject({ status: 'ok' })
    const lacking = run.finding('database.plan', 'by author')
    expect(lacking).toMatchObject({ status: 'warning', actual: 'reads more than it has to' })
    expect(lacking.evidence).toContain('reads all of articles, 1,500 rows')
    expect(lacking.evidence.join('\n')).toMatch(/articles has no index on author, created_at: CREATE INDEX /)
    for (const name of ['all', 'by topic', 'few rows']) {
      expect(run.finding('database.plan', name)).toMatchObject({ status: 'ok' })
    }
    expect(documentIn(hub, run.report).statements[1]).toMatchObject({
      full_scans: [{ table: 'articles', rows: 1500 }],
      missing_indexes: [{ table: 'articles', columns: ['author', 'created_at'] }],
    })
  })

  it('of guesses are shown, and judge nobody; what the planner never saw is told', async () => {
    const hub = sampleHub({ articles: 1500 })
    const { finding, report } = await analyse(hub)
    const plans = report.findings.filter(({ check }) => check === 'database.plan')
    expect(plans.length).toBeGreaterThan(1)
    expect(new Set(plans.map(({ status }) => status))).toEqual(new Set(['skipped']))
    expect(documentIn(hub, report).statements.every(({ guessed }) => guessed)).toBe(true)
    expect(finding('database.statistics')).toMatchObject({
      status: 'warning',
      evidence: expect.arrayContaining([expect.stringMatching(/^articles: [\d,]+ rows, never analysed$/)]),
    })
  })
})

describe('trouble', () => {
  it('with a statement leaves the others their times', async () => {
    const hub = sampleHub()
    const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n'
    hub.configure({
      thresholds: { 'database.query-time': { warning: 0.1, critical: 0.2 } },
      database: {
        statements: [
          { name: 'no SQL', sql: 'SELEC title' },
          { name: 'vanished', sql: 'SELECT * FROM sold_out' },
          { name: 'endless', sql: endless },
          { name: 'quick', sql: 'SELECT 1' },
        ],
      },
    })
    const run = await analyse(hub)
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
  })

  it('with a table that vanished is told, also by a second analysis on one day, which has its own document', async () => {
    const hub = sampleHub()
    hub.configure({ database: quick })
    hub.execute('CREATE TABLE tides (height REAL); INSERT INTO tides VALUES (3.5)')
    const first = (await analyse(hub)).report
    hub.execute('DROP TABLE tides')
    const { report } = await analyse(hub)
    expect(first.artifacts.at(-1)?.key).toBe(`reports/monthly_performance_${today()}.json`)
    expect(report.artifacts.at(-1)?.key).toBe(`reports/monthly_performance_${today()}-${report.run}.json`)
    expect(documentIn(hub, first).run).toBe(first.run)
    const { metrics } = documentIn(hub, report)
    expect(metrics.vanished_tables).toEqual(['tides'])
    expect(metrics.tables?.map((table) => table.bytes_before === null)).toEqual([false, false, false, false])
    expect(textOf(hub, report, /html$/)).toContain('tides')
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
