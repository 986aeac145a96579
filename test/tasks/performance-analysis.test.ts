import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { runTask } from '@hubkeeper/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { withEmbedded } from '../../cli/src/with-embedded.ts'
import { startSampleHub } from '../../examples/sample-hub/start.ts'
import { backup } from '../../functions/backup/task.ts'
import { performanceAnalysis } from '../../functions/performance-analysis/task.ts'
import { configuredIn } from '../support/configured.ts'
import { sampleHub } from '../support/hub.ts'
import { type HereResult, runHere } from '../support/run-here.ts'
import { analyse, dayOf, documentIn, filesBelow, quick, sum, textOf } from './support/analysed-hub.ts'
import { runWithinProcess } from './support/within-process.ts'

const figuresOf = ({ report }: HereResult, name: string): Record<string, number> =>
  Object.fromEntries(
    report.figures
      .filter((figure) => figure.name === name)
      .map(({ subject, value }) => [subject ?? '', value]),
  )

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
    await runWithinProcess(hub.directory, backup)
    // Once with a process for each job, as it is.
    const run = await runHere(hub.directory, performanceAnalysis)
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
        database_files_size: statSync(hub.database).size,
        backups_count: 1,
        stray_backups_count: 0,
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
      `reports/monthly_performance_${dayOf(report)}.json`,
    ])
    expect(textOf(hub, report, /html$/)).toContain('Monthly performance analysis')
    expect(textOf(hub, report, /md$/)).toContain('Monthly performance analysis')
    expect(Object.keys(figuresOf(run, 'database.query-time'))).toEqual(['rows', 'search', 'one'])
    expect(figuresOf(run, 'backups.size')).toEqual({ '': document.metrics.backup_files_size })
    expect(figuresOf(run, 'table.size')).toHaveProperty('articles', tables.get('articles')?.bytes)
    expect(run.finding('api.available', '/health')).toMatchObject({ status: 'ok' })
    expect(run.finding('search-index.present')).toMatchObject({ status: 'ok', actual: '2 files' })
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
    { name: 'by author', sql: "SELECT title FROM articles WHERE author = 3 AND created_at > '9'" },
    { name: 'by topic', sql: "SELECT title FROM articles WHERE topic = 'lens'" },
    { name: 'newest', sql: 'SELECT title FROM articles ORDER BY id DESC LIMIT 5' },
    { name: 'most of it', sql: 'SELECT title FROM articles WHERE author > 1' },
    { name: 'writes', sql: 'WITH a AS (SELECT 1) DELETE FROM articles' },
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
    for (const name of ['all', 'by topic', 'newest', 'most of it', 'few rows']) {
      expect(run.finding('database.plan', name)).toMatchObject({ status: 'ok' })
    }
    expect(run.finding('database.plan', 'writes')).toMatchObject({
      status: 'unknown',
      advice: 'see database.query-time',
    })
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
