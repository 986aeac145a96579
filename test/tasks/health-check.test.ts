import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Misbehaviour } from '../../examples/sample-hub/misbehaviour.ts'
import { type RunningHub, startSampleHub } from '../../examples/sample-hub/start.ts'
import { hubkeeper, runTask } from '../support/cli.ts'
import { sampleHub, type TestHub } from '../support/hub.ts'
import { copyOfRealHub, realHub, withoutRealHub } from '../support/real-hub.ts'

const check = (directory: string, ...args: string[]) => runTask(directory, ['run', 'health-check', ...args])

async function served(
  limits: { timeoutSeconds?: number } = {},
): Promise<{ hub: TestHub; server: RunningHub }> {
  const hub = sampleHub({ journalMode: 'wal' })
  const server = await startSampleHub({ database: hub.database, logs: join(hub.directory, 'logs') })
  onTestFinished(() => server.stop())
  hub.configure({
    database: { authority: 'server' },
    api: {
      baseUrl: server.url,
      endpoints: [{ path: '/health', kind: 'health' }, { path: '/api/v1/search?q=lamp' }],
      ...limits,
    },
    logs: { files: ['logs/*.log'] },
    searchIndex: { files: ['knowledge/search_index/*.json'] },
  })
  return { hub, server }
}

describe('a hub that is well', () => {
  it('is found well, once there is a backup', async () => {
    const { hub } = await served()
    expect((await check(hub.directory)).finding('backup.age')).toMatchObject({ status: 'critical' })
    await runTask(hub.directory, ['backup'])
    const run = await check(hub.directory)
    expect(run).toMatchObject({ code: 0, report: { status: 'ok' } })
    expect(run.finding('api.available', '/health')).toMatchObject({
      status: 'ok',
      actual: 'HTTP 200, healthy',
    })
    expect(run.finding('search-index.integrity', 'article_search')).toMatchObject({ status: 'ok' })
    expect(run.finding('search-index.present')).toMatchObject({ status: 'ok' })
    expect(run.finding('disk.usage', 'as the hub says')).toMatchObject({ actual: 40 })
    expect(run.finding('tasks.overdue')).toMatchObject({ status: 'ok' })
  })
})

describe('an API that misbehaves', () => {
  const cases: [string, Misbehaviour, string, string][] = [
    ['answers 500', { status: 500 }, 'critical', 'HTTP 500'],
    ['calls itself unhealthy with 200', { health: 'unhealthy' }, 'critical', 'HTTP 200, unhealthy'],
    ['calls itself degraded', { health: 'degraded' }, 'warning', 'HTTP 200, degraded'],
    ['never answers', { hang: true }, 'critical', 'did not answer within'],
    ['breaks off', { reset: true }, 'critical', 'broke off'],
    ['redirects', { redirect: '/login' }, 'critical', 'HTTP 302 to /login'],
    ['sends 50 MB', { huge: 50_000_000 }, 'critical', 'sent more than 5.0 MiB'],
    ['sends broken JSON', { brokenJson: true }, 'critical', 'unreadable'],
  ]

  it.each(cases)('and %s', async (_, misbehaviour, status, words) => {
    const { hub, server } = await served({ timeoutSeconds: 1.5 })
    await server.misbehave(misbehaviour)
    const run = await check(hub.directory)
    expect(run.finding('api.available', '/health')).toMatchObject({
      status,
      actual: expect.stringContaining(words),
      evidence: expect.arrayContaining([expect.stringContaining('first try')]),
    })
    // Whatever the API does, the rest was looked at.
    expect(run.finding('database.integrity')).toMatchObject({ status: 'ok' })
  })

  it('and is slow', async () => {
    const { hub, server } = await served()
    await server.misbehave({ slow: 2200 })
    const run = await check(hub.directory)
    expect(run.finding('api.response-time', '/health')).toMatchObject({ status: 'warning', unit: 'seconds' })
  })
})

describe('logs', () => {
  it('with a burst of errors are a warning, with the latest as evidence', async () => {
    const { hub, server } = await served()
    await server.misbehave({ errorBurst: 11 })
    const finding = (await check(hub.directory)).finding('logs.errors', 'logs/server.log')
    expect(finding).toMatchObject({ status: 'warning' })
    expect(finding.evidence.at(-1)).toContain('told to fail, 11')
  })

  it('that are binary or not the gzip they claim to be are unknown, never ok', async () => {
    const hub = sampleHub()
    writeFileSync(join(hub.directory, 'logs/binary.log'), Buffer.alloc(5000))
    writeFileSync(join(hub.directory, 'logs/broken.log.gz'), 'not compressed')
    writeFileSync(join(hub.directory, 'logs/good.log.gz'), gzipSync(`${new Date().toISOString()} ERROR x\n`))
    hub.configure({ logs: { files: ['logs/*'] } })
    // The record was written before the window’s end, whatever the clocks’ grain.
    const run = await check(hub.directory, '--at', new Date(Date.now() + 60_000).toISOString())
    expect(run.finding('logs.errors', 'logs/binary.log')).toMatchObject({
      status: 'unknown',
      actual: 'it is binary',
    })
    expect(run.finding('logs.errors', 'logs/broken.log.gz')).toMatchObject({ status: 'unknown' })
    expect(run.finding('logs.errors', 'logs/good.log.gz')).toMatchObject({ status: 'ok', actual: 1 })
  })
})

describe('the database', () => {
  it('with new rows without a parent is critical, with known ones it is not', async () => {
    const hub = sampleHub()
    hub.execute(
      "PRAGMA foreign_keys = OFF; INSERT INTO articles (title, topic, author, body) VALUES ('a', 'b', 999, 'c')",
    )
    expect((await check(hub.directory)).finding('database.foreign-keys')).toMatchObject({
      status: 'warning',
      actual: 1,
    })
    await runTask(hub.directory, ['backup'])
    expect((await check(hub.directory)).finding('database.foreign-keys')).toMatchObject({
      status: 'ok',
      actual: 1,
    })
    hub.execute(
      "PRAGMA foreign_keys = OFF; INSERT INTO articles (title, topic, author, body) VALUES ('a', 'b', 999, 'c')",
    )
    const run = await check(hub.directory)
    expect(run.finding('database.foreign-keys')).toMatchObject({ status: 'critical', actual: 2, expected: 1 })
    expect(run.code).toBe(1)
  })

  it('that lost half of a table, or all of it, is told', async () => {
    const hub = sampleHub()
    await runTask(hub.directory, ['backup'])
    hub.execute('DELETE FROM articles WHERE id % 3 <> 0')
    const status = async (table: string) =>
      (await check(hub.directory)).finding('content.vanished', table).status
    expect(await status('articles')).toBe('critical')
    hub.execute('DROP TABLE commands')
    expect(await status('commands')).toBe('critical')
  })

  it('that is locked all the time could not be looked at: unknown, and the rest is told', async () => {
    const hub = sampleHub()
    hub.configure({ database: { authority: 'server', lockTimeoutSeconds: 0.3 } })
    const server = new DatabaseSync(hub.database)
    server.exec('BEGIN EXCLUSIVE')
    const run = await check(hub.directory)
    server.exec('ROLLBACK')
    server.close()
    expect(run.finding('database.readable')).toMatchObject({
      status: 'unknown',
      actual: expect.stringContaining('locked'),
      advice: expect.stringContaining('holds the lock'),
    })
    expect(run.finding('disk.usage')).toBeDefined()
  })

  it('whose check never ends is unknown, with the limit that ended it', async () => {
    const hub = sampleHub()
    hub.configure({ database: { checkTimeoutMinutes: 0.0005 } })
    const run = await check(hub.directory)
    expect(run.finding('database.readable')).toMatchObject({
      status: 'unknown',
      actual: expect.stringContaining('ended after its limit of 30 ms'),
    })
  })

  it('with hostile names is checked like any other', async () => {
    const hub = sampleHub()
    hub.execute(`CREATE TABLE "x""; DROP TABLE articles; --" ("a""b" PRIMARY KEY, "c
d"); INSERT INTO "x""; DROP TABLE articles; --" VALUES (1, 2);
      CREATE VIRTUAL TABLE "s""x" USING fts5 ("t""t"); INSERT INTO "s""x" VALUES ('one')`)
    const run = await check(hub.directory)
    expect(run.finding('database.integrity')).toMatchObject({ status: 'ok' })
    expect(run.finding('search-index.integrity', 's"x')).toMatchObject({ status: 'ok' })
    expect(
      (await runTask(hub.directory, ['run', 'database-maintenance'])).finding('content.preserved').status,
    ).toBe('ok')
  })
})

describe('what is not there', () => {
  it('is skipped with its reason, never ok', async () => {
    const hub = sampleHub()
    const run = await check(hub.directory)
    for (const id of ['api.available', 'services.running', 'search-index.present', 'logs.errors']) {
      expect(run.finding(id), id).toMatchObject({
        status: 'skipped',
        actual: expect.stringContaining('configured'),
      })
    }
  })

  it('is a warning where it was there: the search index', async () => {
    const hub = sampleHub()
    hub.configure({ searchIndex: { files: ['knowledge/search_index/*.json'] } })
    rmSync(join(hub.directory, 'knowledge/search_index'), { recursive: true })
    expect((await check(hub.directory)).finding('search-index.present')).toMatchObject({ status: 'warning' })
    mkdirSync(join(hub.directory, 'knowledge/search_index'))
    appendFileSync(join(hub.directory, 'knowledge/search_index/main.json'), '')
    expect((await check(hub.directory)).finding('search-index.present')).toMatchObject({
      status: 'warning',
      evidence: ['knowledge/search_index/main.json is empty'],
    })
  })

  it('is critical where it must run: a service', async () => {
    const hub = sampleHub()
    hub.configure({ services: [{ name: 'server', pidFile: join(hub.directory, 'server.pid') }] })
    expect((await check(hub.directory)).finding('services.running', 'server')).toMatchObject({
      status: 'critical',
    })
  })

  it('is overdue, once its time and its grace have passed', async () => {
    const hub = sampleHub()
    await runTask(hub.directory, ['backup'])
    const later = new Date(Date.now() + 3 * 86_400_000).toISOString()
    const run = await check(hub.directory, '--at', later)
    expect(run.finding('tasks.overdue', 'backup')).toMatchObject({ status: 'critical' })
    expect(run.finding('backup.age')).toMatchObject({ status: 'critical' })
  })
})

describe.skipIf(realHub === null)(`a real hub (skipped when ${withoutRealHub})`, () => {
  it('is kept after init alone: checked, backed up, maintained, restored', async () => {
    const directory = copyOfRealHub()
    const database = join(directory, 'ai_knowledge_hub/knowledge_hub.db')
    const lists = ['/api/v1/commands', '/api/v1/videos', '/api/v1/pdfs', '/api/v1/code-examples']
    const server = await startSampleHub({ database, logs: join(directory, 'served-logs'), lists })
    onTestFinished(() => server.stop())
    expect((await hubkeeper(directory, ['init', '.', '--yes', '--base-url', server.url])).code).toBe(0)
    expect((await runTask(directory, ['backup'])).finding('backup.certified')).toMatchObject({
      actual: 'cross-checked',
    })
    const run = await check(directory, '--at', '2026-11-23T00:00:00Z')
    expect(run.finding('logs.errors', 'logs/mcp_server.log')).toMatchObject({ actual: 6 })
    expect(run.finding('logs.critical', 'logs/mcp_server.log')).toMatchObject({
      actual: 1,
      status: 'warning',
    })
    expect(run.finding('database.integrity')).toMatchObject({ status: 'ok' })
    expect(run.finding('search-index.integrity', 'search_fts')).toMatchObject({ status: 'ok' })
    for (const path of ['/health', '/api/v1/search?q=test', ...lists]) {
      expect(run.finding('api.available', path), path).toMatchObject({ status: 'ok' })
    }
    const live = await runTask(directory, ['run', 'database-maintenance'])
    expect(live.finding('content.preserved')).toMatchObject({ status: 'ok' })
    const rows = Object.fromEntries(
      live.report.figures
        .filter(({ name }) => name === 'table.rows')
        .map(({ subject, value }) => [subject, value]),
    )
    expect(rows).toEqual({
      videos: 13,
      pdfs: 14,
      search_index: 678,
      commands: 18,
      content: 199,
      search_fts: 678,
    })
    await server.stop()
    await hubkeeper(directory, ['init', '.', '--yes', '--force', '--authority', 'offline'])
    const atRest = await runTask(directory, ['run', 'database-maintenance', '--force'])
    expect(atRest.finding('content.preserved')).toMatchObject({ status: 'ok' })
    const restored = await runTask(directory, ['restore', '--yes'])
    expect(restored.finding('content.preserved')).toMatchObject({ status: 'ok' })
  })
})
