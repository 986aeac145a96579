import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { configSchema, type Figure, readMetrics } from '@hubkeeper/core'
import { httpHub } from '@hubkeeper/http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type RunningHub, startSampleHub } from '../../examples/sample-hub/start.ts'
import { askMetrics, type HubMetrics } from '../../functions/performance-review/hub-metrics.ts'
import { reviewServer } from '../../functions/performance-review/processes.ts'
import { hubkeeper, type RunResult, runTask } from '../support/cli.ts'
import { sampleHub, type TestHub } from '../support/hub.ts'
import { copyOfRealHub, realHub, withoutRealHub } from '../support/real-hub.ts'

const review = (directory: string, ...args: string[]) =>
  runTask(directory, ['run', 'performance-review', ...args])

const search = '/api/v1/search?q=lamp'

type Configuration = Parameters<TestHub['configure']>[0]

/** One that takes no time; without any, some are guessed. */
const quick = { statements: [{ name: 'quick', sql: 'SELECT 1' }] }

async function served(
  api: { samples?: number; timeoutSeconds?: number; endpoints?: { path: string }[] } = {},
  rest: Configuration = {},
): Promise<{ hub: TestHub; server: RunningHub; configure: (rest: Configuration) => void }> {
  const hub = sampleHub({ journalMode: 'wal' })
  const server = await startSampleHub({ database: hub.database, logs: join(hub.directory, 'logs') })
  onTestFinished(() => server.stop())
  const configure = ({ database, ...others }: Configuration): void =>
    hub.configure({
      database: { authority: 'server', ...quick, ...database },
      api: { baseUrl: server.url, endpoints: [{ path: search }], ...api },
      ...others,
    })
  configure(rest)
  return { hub, server, configure }
}

const figureOf = ({ report }: RunResult, name: string, subject: string | null): Figure => {
  const found = report.figures.find((figure) => figure.name === name && figure.subject === subject)
  if (found === undefined)
    throw new Error(`no figure ${name} of ${subject} in ${JSON.stringify(report.figures)}`)
  return found
}

/** Moves every figure that was published a week back, and lets it have been `factor` times as much. */
function weekPasses(hub: TestHub, factor = 1): void {
  const folder = join(hub.directory, 'state/metrics')
  const points = readdirSync(folder).flatMap((name) =>
    readFileSync(join(folder, name), 'utf8').trim().split('\n'),
  )
  for (const name of readdirSync(folder)) rmSync(join(folder, name))
  const moved = points.map((line) => {
    const point = JSON.parse(line)
    const at = new Date(Date.parse(point.at) - 7 * 86_400_000).toISOString()
    return { ...point, at, value: point.value * factor }
  })
  for (const [day, lines] of Map.groupBy(moved, ({ at }) => at.slice(0, 10))) {
    writeFileSync(join(folder, `${day}.jsonl`), lines.map((point) => `${JSON.stringify(point)}\n`).join(''))
  }
}

describe('a hub that is well', () => {
  it('has figures of everything, and no trouble', async () => {
    const { hub } = await served(
      { endpoints: [{ path: search }, { path: '/metrics' }] },
      {
        database: { statements: [{ name: 'by topic', sql: "SELECT * FROM articles WHERE topic = 'lamp'" }] },
        searchIndex: { files: ['knowledge/search_index/*.json'] },
      },
    )
    const run = await review(hub.directory)
    expect(run).toMatchObject({ code: 0, report: { status: 'ok' } })
    expect(run.finding('api.available', search)).toMatchObject({
      status: 'ok',
      actual: 'HTTP 200',
      evidence: ['0 of 5 requests failed'],
    })
    const p95 = figureOf(run, 'api.p95', search)
    expect(p95.value).toBeGreaterThanOrEqual(figureOf(run, 'api.p50', search).value)
    expect(run.finding('api.response-time', search)).toMatchObject({
      actual: p95.value,
      evidence: [expect.stringMatching(/^p95 of 5 requests; p50 /), 'no earlier value in 14 days'],
    })
    expect(run.finding('process.memory', '/metrics')).toMatchObject({
      status: 'ok',
      actual: figureOf(run, 'process.memory', '/metrics').value,
      evidence: expect.arrayContaining(['as process_resident_memory_bytes says; CPU during the review']),
    })
    expect(run.finding('memory.usage')).toMatchObject({ unit: 'percent' })
    expect(figureOf(run, 'cpu.usage', 'host')).toMatchObject({ unit: 'percent' })
    const median = figureOf(run, 'database.query-time', 'by topic')
    expect(run.finding('database.query-time', 'by topic')).toMatchObject({
      status: 'ok',
      actual: median.value,
      evidence: [
        expect.stringMatching(/^gives \d+ rows?; first .*, with SQLite’s cache empty; then the median of 4$/),
        'no earlier value in 14 days',
      ],
    })
    expect(figureOf(run, 'database.size', 'knowledge/hub.db').value).toBeGreaterThan(0)
    expect(figureOf(run, 'search-index.files', null)).toMatchObject({ value: 2 })
    expect(figureOf(run, 'search-index.size', null).value).toBeGreaterThan(0)
  })

  it('is guessed about where no statement is configured, and nothing of its content is told', async () => {
    const hub = sampleHub()
    hub.execute("UPDATE article_search SET body = 'verysecretword ' || body")
    const run = await review(hub.directory)
    const subjects = run.report.findings
      .filter(({ check }) => check === 'database.query-time')
      .map(({ subject }) => subject)
    expect(subjects).toEqual([
      'guess: search in article_search',
      'guess: rows of articles',
      'guess: last row of articles',
    ])
    expect(run.finding('database.query-time', 'guess: rows of articles').evidence).toContain(
      'guessed from the schema: name the hub’s own as database.statements',
    )
    expect(JSON.stringify(run.report)).not.toMatch(/verysecretword|lamp|lens/)
  })
})

describe('an API', () => {
  it('that is slow is told by its p95', async () => {
    const { hub, server } = await served(
      { samples: 2 },
      { thresholds: { 'api.response-time': { warning: 0.2, critical: null } } },
    )
    await server.misbehave({ slow: 250 })
    const run = await review(hub.directory)
    expect(run.finding('api.response-time', search)).toMatchObject({ status: 'warning', expected: 0.2 })
    expect(figureOf(run, 'api.p50', search).value).toBeGreaterThan(0.2)
  })

  it('that fails now and then is a warning, and what failed is not timed', async () => {
    const { hub, server } = await served()
    await server.misbehave({ failEvery: 3 })
    const run = await review(hub.directory)
    expect(run.finding('api.available', search)).toMatchObject({
      status: 'warning',
      actual: '2 of 5 requests failed',
      evidence: ['HTTP 500'],
    })
    expect(run.finding('api.response-time', search).evidence[0]).toContain('p95 of 3 requests')
  })

  it('that always fails is critical, and has no response time', async () => {
    const { hub, server } = await served()
    await server.misbehave({ status: 503 })
    const run = await review(hub.directory)
    expect(run).toMatchObject({ code: 1 })
    expect(run.finding('api.available', search)).toMatchObject({
      status: 'critical',
      actual: 'HTTP 503',
      evidence: ['5 of 5 requests failed'],
    })
    expect(run.report.findings.map(({ check }) => check)).not.toContain('api.response-time')
  })

  it('that never answers is asked twice, and the rest is reviewed', async () => {
    const { hub, server } = await served({
      timeoutSeconds: 0.3,
      endpoints: [{ path: search }, { path: '/metrics' }],
    })
    await server.misbehave({ hang: true })
    const run = await review(hub.directory)
    expect(run.finding('api.available', search)).toMatchObject({
      status: 'critical',
      actual: expect.stringContaining('did not answer within'),
      evidence: ['1 of 1 requests failed'],
    })
    expect(run.finding('process.memory', '/metrics')).toMatchObject({
      status: 'unknown',
      actual: expect.stringContaining('did not answer within'),
    })
    expect(run.finding('database.query-time').status).toBe('ok')
  })
})

describe('statements', () => {
  it('that cannot be run, or never end, are told of, and the others are timed', async () => {
    const hub = sampleHub()
    const endless = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n'
    hub.configure({
      thresholds: { 'database.query-time': { warning: 0.05, critical: 0.1 } },
      database: {
        statements: [
          { name: 'endless', sql: endless },
          { name: 'writes', sql: 'WITH a AS (SELECT 1) DELETE FROM articles' },
          { name: 'drops', sql: 'DROP TABLE articles' },
          { name: 'misspelt', sql: 'SELECT titel FROM articles' },
          { name: 'open', sql: 'SELECT * FROM articles WHERE id = :id' },
          { name: 'good', sql: 'SELECT title FROM articles' },
        ],
      },
    })
    const before = readFileSync(hub.database)
    const run = await review(hub.directory)
    expect(run.finding('database.query-time', 'endless')).toMatchObject({
      status: 'critical',
      expected: 'at most 100 ms',
      actual: 'ended after its limit of 5.3 s',
    })
    const unknown = (name: string) => {
      const { actual, advice, status } = run.finding('database.query-time', name)
      expect(advice).toContain('database.statements')
      return `${status}: ${actual}`
    }
    expect(unknown('writes')).toBe('unknown: attempt to write a readonly database')
    expect(unknown('drops')).toMatch(/^unknown: only a query is run.*: it begins with DROP$/)
    expect(unknown('misspelt')).toBe('unknown: no such column: titel')
    expect(unknown('open')).toBe('unknown: it has parameters')
    expect(run.finding('database.query-time', 'good').evidence[0]).toContain('gives 42 rows')
    expect(readFileSync(hub.database).equals(before)).toBe(true)
  })

  it('that read all of a large table say so', async () => {
    const hub = sampleHub()
    hub.execute(`CREATE TABLE visits (id INTEGER PRIMARY KEY, page TEXT); WITH RECURSIVE n (i) AS
      (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 11000) INSERT INTO visits SELECT i, 'p' FROM n`)
    hub.configure({
      database: { statements: [{ name: 'by page', sql: "SELECT id FROM visits v WHERE page = 'x'" }] },
    })
    expect((await review(hub.directory)).finding('database.query-time', 'by page').evidence).toContain(
      'reads all of visits, which has more than 10,000 rows',
    )
  })

  it('of a database that cannot be read are not timed: that is told instead', async () => {
    const hub = sampleHub()
    writeFileSync(hub.database, 'no database')
    const run = await review(hub.directory)
    expect(run.report.status).not.toBe('ok')
    expect(run.report.findings.map(({ check }) => check)).not.toContain('database.size')
  })

  it('have names of their own', async () => {
    const hub = sampleHub()
    const statement = { name: 'same', sql: 'SELECT 1' }
    hub.configure({ database: { statements: [statement, statement] } })
    const { code, err } = await hubkeeper(hub.directory, ['run', 'performance-review'])
    expect(code).toBe(2)
    expect(err).toContain('statements')
  })
})

describe('the review before', () => {
  it('is what figures are compared with', async () => {
    const { hub, server } = await served({ samples: 1 })
    await server.misbehave({ slow: 150 })
    await review(hub.directory)
    weekPasses(hub, 0.8)
    const run = await review(hub.directory)
    const day = new Date(Date.now() - 7 * 86_400_000).toISOString().slice(0, 10)
    expect(figureOf(run, 'api.p95-change', search).unit).toBe('percent')
    const { evidence } = run.finding('api.response-time', search)
    expect(evidence.at(-1)).toMatch(new RegExp(`^${day}: [\\d.]+ m?s, now [+-][\\d.]+ %$`))
    expect(figureOf(run, 'database.size-change', 'knowledge/hub.db').value).toBeCloseTo(25)
    // What was measured since then, by this task or another, does not hide it.
    const again = await review(hub.directory)
    expect(figureOf(again, 'database.size-change', 'knowledge/hub.db').value).toBeCloseTo(25)
    const { out } = await hubkeeper(hub.directory, ['report'])
    expect(out).toMatch(/api\.p95-change .* %/)
  })

  it('makes a warning of what became twice as slow, below the limit as well', async () => {
    const limits = { 'api.response-time': { warning: 60, critical: null } }
    const { hub, server } = await served({ samples: 1 }, { thresholds: limits })
    await server.misbehave({ slow: 150 })
    const before = figureOf(await review(hub.directory), 'api.p95', search)
    weekPasses(hub, 0.01)
    const found = (await review(hub.directory)).finding('api.response-time', search)
    expect(found).toMatchObject({ status: 'warning', unit: 'seconds' })
    expect(found.expected).toBeCloseTo(before.value * 0.02)
  })

  it('makes none of what is fast, however much slower it became, nor of what is older than two weeks', async () => {
    const { hub, server } = await served({ samples: 1 })
    await review(hub.directory)
    weekPasses(hub, 0.0001)
    const run = await review(hub.directory)
    expect(run.finding('database.query-time', 'quick').status).toBe('ok')
    expect(figureOf(run, 'database.query-time-change', 'quick').value).toBeGreaterThan(100)
    weekPasses(hub)
    weekPasses(hub)
    await server.misbehave({ slow: 150 })
    const later = await review(hub.directory)
    expect(later.finding('api.response-time', search)).toMatchObject({
      status: 'ok',
      evidence: expect.arrayContaining(['no earlier value in 14 days']),
    })
  })
})

describe('processes', () => {
  it('of a service are summed up, and one that is not there is unknown', async () => {
    const { configure, hub, server } = await served({ samples: 1 })
    writeFileSync(join(hub.directory, 'server.pid'), `${server.pid}\n`)
    configure({
      services: [
        { name: 'by text', process: hub.database },
        { name: 'by file', pidFile: join(hub.directory, 'server.pid') },
        { name: 'by port', port: Number(new URL(server.url).port) },
        { name: 'gone', process: join(hub.directory, 'nothing-like-it') },
      ],
    })
    const run = await review(hub.directory)
    for (const name of ['by text', 'by file']) {
      expect(run.finding('process.memory', name)).toMatchObject({ status: 'ok', unit: 'bytes' })
      expect(run.finding('process.memory', name).evidence[0]).toBe(
        `process ${server.pid}; CPU since the start`,
      )
      expect(figureOf(run, 'process.memory', name).value).toBeGreaterThan(10_000_000)
      expect(figureOf(run, 'process.cpu', name)).toMatchObject({ unit: 'percent' })
    }
    expect(run.finding('process.memory', 'by port')).toMatchObject({
      status: 'skipped',
      actual: expect.stringContaining('its port'),
    })
    expect(run.finding('process.memory', 'gone')).toMatchObject({
      status: 'unknown',
      actual: 'it has no process',
    })
  })
})

/** A server that answers each path with what `pages` gives, one page after the other, the last one for good. */
async function pagesServed(pages: readonly string[], status = 200): Promise<string> {
  let asked = 0
  const server = createServer((_, response) => {
    response.writeHead(status).end(pages[Math.min(asked++, pages.length - 1)])
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
}

/** A hub whose API is nothing but these pages. */
async function hubOfPages(pages: readonly string[]): Promise<TestHub> {
  const baseUrl = await pagesServed(pages)
  const hub = sampleHub()
  hub.configure({
    api: { baseUrl, endpoints: [{ path: '/metrics' }], samples: 1 },
    database: { statements: [{ name: 'slow enough for a rate', sql: slow }] },
  })
  return hub
}

const slow =
  'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT count(*) FROM n'

describe('the hub’s own metrics', () => {
  it('give memory, and CPU between two readings', async () => {
    // It is read, then asked twice as an endpoint, then read again.
    const read = (cpu: number) => `process_resident_memory_bytes 1e8\nprocess_cpu_seconds_total ${cpu}\n?? 1`
    const hub = await hubOfPages([read(100), read(100), read(100), read(400)])
    const run = await review(hub.directory)
    expect(run.finding('process.memory', '/metrics')).toMatchObject({
      status: 'ok',
      actual: 100_000_000,
      evidence: expect.arrayContaining([
        expect.stringMatching(/^\d[\d.,]* % of one CPU$/),
        '1 line of its metrics cannot be read',
      ]),
    })
    expect(figureOf(run, 'process.cpu', '/metrics').value).toBeGreaterThan(0)
  })

  const page = (text: string, at = 0): HubMetrics => ({
    kind: 'page',
    path: '/metrics',
    page: readMetrics(text),
    at,
  })
  const noHistory = { before: async () => null }

  it.each([
    [
      'have no CPU across a restart',
      'process_cpu_seconds_total 9',
      'process_cpu_seconds_total 1',
      'started anew',
    ],
    ['may not tell of CPU', 'other 1', 'other 1', 'there is no process_cpu_seconds_total'],
  ])('%s', async (_, first, last, words) => {
    const memory = 'process_resident_memory_bytes 1e8\n'
    const { figures, findings } = await reviewServer(
      page(memory + first),
      page(memory + last, 5000),
      noHistory,
    )
    expect(findings[0]?.evidence.join()).toContain(words)
    expect(figures.map(({ name }) => name)).toEqual(['process.memory'])
  })

  it('are no rate over less than a second', async () => {
    const text =
      'jvm_memory_used_bytes{area="heap"} 5\njvm_memory_used_bytes{area="nonheap"} 6\nprocess_cpu_seconds_total 9'
    const { findings } = await reviewServer(page(text), page(text, 900), noHistory)
    expect(findings[0]).toMatchObject({
      actual: 11,
      evidence: [expect.any(String), expect.stringContaining('too short'), expect.any(String)],
    })
  })

  it.each([
    [
      'without a sample are unknown',
      '# TYPE process_resident_memory_bytes gauge\n',
      200,
      'unknown',
      'no metric',
    ],
    ['that are a page of HTML are unknown', '<html>welcome</html>', 200, 'unknown', 'no metric'],
    ['that are not there are unknown', 'process_resident_memory_bytes 1', 404, 'unknown', 'HTTP 404'],
    [
      'without memory are skipped',
      'requests_total{a="b"} 3',
      200,
      'skipped',
      'do not tell of the server’s memory',
    ],
  ])('%s', async (_, body, status, expected, words) => {
    const baseUrl = await pagesServed([body], status)
    const hub = configSchema.parse({
      hubs: { hub: { database: { path: 'a.db' }, api: { baseUrl, endpoints: [{ path: '/metrics' }] } } },
    }).hubs.hub
    if (hub === undefined) throw new Error('no hub')
    const metrics = await askMetrics({ api: httpHub(), hub: { ...hub, id: 'hub' } })
    expect((await reviewServer(metrics, metrics, noHistory)).findings).toEqual([
      expect.objectContaining({ status: expected, actual: expect.stringContaining(words) }),
    ])
  })

  it('that no endpoint gives are skipped, with the reason', async () => {
    const run = await review(sampleHub().directory)
    expect(run.finding('api.available')).toMatchObject({ status: 'skipped', actual: 'no api is configured' })
    expect(run.finding('process.memory')).toMatchObject({
      status: 'skipped',
      actual: expect.stringContaining('no endpoint is configured'),
    })
    expect(run.finding('search-index.present')).toMatchObject({ status: 'skipped' })
  })
})

describe.skipIf(realHub === null)(`a real hub (skipped when ${withoutRealHub})`, () => {
  it('is reviewed after init alone', async () => {
    const directory = copyOfRealHub()
    const database = join(directory, 'ai_knowledge_hub/knowledge_hub.db')
    const server = await startSampleHub({ database, logs: join(directory, 'served-logs') })
    onTestFinished(() => server.stop())
    expect((await hubkeeper(directory, ['init', '.', '--yes', '--base-url', server.url])).code).toBe(0)
    const run = await review(directory)
    expect(run.finding('database.query-time', 'guess: search in search_fts')).toMatchObject({ status: 'ok' })
    expect(run.finding('api.response-time', '/health')).toMatchObject({ status: 'ok' })
    expect(run.finding('search-index.present')).toMatchObject({ status: 'ok' })
  })

  it('tells of its memory and of its own latency', async () => {
    const hub = await hubOfPages([readFileSync(join(realHub ?? '', 'metrics.prom'), 'utf8')])
    const run = await review(hub.directory)
    expect(run.finding('process.memory', '/metrics')).toMatchObject({ status: 'ok', actual: 187_432_960 })
    expect(run.finding('api.response-time', '/metrics').evidence[1]).toMatch(
      /^as the hub counts: p95 .* of 2,574 requests since its start \(app_request_duration_seconds\)$/,
    )
    expect(figureOf(run, 'cpu.usage', 'as the hub says').value).toBeGreaterThan(0)
  })
})
