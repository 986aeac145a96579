import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type ConfigInput, HubkeeperError } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { hubkeeper } from '../support/cli.ts'
import { backupIds, sampleHub, type TestHub } from '../support/hub.ts'
import { drill, openForDrill, startedBy } from '../support/recovery-drill.ts'
import { begin } from './support/cadence.ts'

type Configuration = Parameters<TestHub['configure']>[0]

const server = join(import.meta.dirname, '../../examples/sample-hub/server.ts')
const serve = [
  ...[process.execPath, '--no-warnings', server, '--port', '{port}'],
  ...['--database', '{database}', '--logs', '{directory}/logs'],
]
const search = '/api/v1/search?q=lamp'
const api: NonNullable<ConfigInput['hubs'][string]['api']> = {
  // Nobody answers there: what answers is the hub that was started.
  baseUrl: 'http://127.0.0.1:1',
  endpoints: [{ path: '/health', kind: 'health' }, { path: search }],
}

/** A program that is started in place of the hub. */
const program = (source: string): string[] => [process.execPath, '-e', source]

/** A hub with proven backups. */
async function backedUp(configuration: Configuration = {}, backups = 1): Promise<TestHub> {
  const hub = sampleHub({ journalMode: 'wal' })
  hub.configure({ database: { authority: 'server', crossCheckMaxBytes: 0 }, api, ...configuration })
  for (let i = 0; i < backups; i++) {
    hub.execute(`INSERT INTO commands VALUES ('backup ${i}', 'was made')`)
    expect((await hubkeeper(hub.directory, ['backup'])).code).toBe(0)
  }
  return hub
}

/** Ids of the backups, oldest first. */
/** Every file of a hub, what runs keep of themselves left out, by its digest. */
function everythingOf({ directory }: TestHub): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/^(state\/(ledger|control|scratch|metrics)|reports\/)/.test(relative(directory, path)))
    .map(
      (path) =>
        `${relative(directory, path)} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`,
    )
    .sort()
}

describe('a hub that can be recovered', () => {
  it('is restored beside itself, started and asked; its recovery is timed, and nothing of it is changed', async () => {
    const searchIndex = { files: ['knowledge/search_index/*.json'] }
    const kept = { requirements: ['requirements.txt'], searchIndex }
    const hub = await backedUp({ recovery: { start: serve }, ...kept }, 3)
    const before = everythingOf(hub)
    const { figure, finding, result } = await drill(hub)
    const [first = '', second = '', newest = ''] = backupIds(hub)
    expect(finding('drill.restore', newest)).toMatchObject({
      status: 'ok',
      actual: 'as certified',
      evidence: [
        expect.stringMatching(/^the newest proven backup, taken at 20/),
        expect.stringMatching(/ read back in .*, examined in /),
      ],
    })
    const older = result.findings.findLast(({ check }) => check === 'drill.restore')
    expect([first, second]).toContain(older?.subject)
    expect(older?.evidence[0]).toMatch(/^an older one, drawn from 2 older ones with seed \d+, taken at /)
    expect(finding('drill.files')).toMatchObject({
      status: 'ok',
      actual: expect.stringMatching(/^3 files, .*: as written$/),
      evidence: expect.arrayContaining(['1 parsed as requirements', '2 parsed as JSON']),
    })
    expect(finding('drill.start-up', 'start')).toMatchObject({ status: 'ok', unit: 'seconds' })
    for (const subject of ['/health', search, 'guess: search in article_search'])
      expect(finding('drill.start-up', subject), subject).toMatchObject({ status: 'ok', unit: 'seconds' })
    expect(finding('drill.rto')).toMatchObject({
      status: 'ok',
      expected: 3600,
      actual: figure('drill.rto'),
      evidence: [expect.stringMatching(/^read back .*, start-up .*: the hub answered$/), 'no earlier drill'],
    })
    const stages = ['read back', 'prove', 'files', 'start-up'].map((stage) => figure('recovery.stage', stage))
    expect(stages.reduce((sum, value) => (sum ?? 0) + (value ?? Number.NaN), 0)).toBeCloseTo(
      figure('drill.rto') ?? 0,
    )
    expect(figure('recovery.stage', 'start-up')).toBeGreaterThan(0)
    expect(finding('drill.rpo')).toMatchObject({ status: 'ok', actual: figure('drill.rpo') })
    expect(finding('growth.forecast').status).toBe('skipped')
    expect(figure('detectors.bytes', 'flipped-bit')).toBe(100)
    expect(everythingOf(hub)).toEqual(before)
    expect(readdirSync(join(hub.directory, 'state/scratch'))).toEqual([])
    expect(await startedBy(process.pid)).toEqual([])
  })

  it('answers by its queries where no start command is configured', async () => {
    const statements = [{ name: 'by topic', sql: "SELECT * FROM articles WHERE topic = 'lamp'" }]
    const hub = await backedUp({ database: { authority: 'server', statements } })
    const { finding } = await drill(hub)
    expect(finding('drill.start-up', 'start')).toMatchObject({
      status: 'skipped',
      actual: 'no start command is configured (recovery.start)',
    })
    expect(finding('drill.start-up', 'by topic')).toMatchObject({ status: 'ok', unit: 'seconds' })
    expect(finding('drill.rto').evidence[0]).toMatch(/: its queries answered$/)
    expect(finding('drill.restore', null)).toMatchObject({
      status: 'skipped',
      actual: 'there is no older proven backup',
    })
  })

  it('is not started by a dry run', async () => {
    const hub = await backedUp({ recovery: { start: serve } })
    const { finding } = await drill(hub, {}, { dryRun: true })
    expect(finding('drill.start-up', 'start')).toMatchObject({
      status: 'skipped',
      actual: 'a dry run starts nothing',
    })
  })
})

describe('a hub that does not come up', () => {
  it('as it dies is critical, with its last words; how long a recovery takes is unknown', async () => {
    const start = program("console.error('no module named app'); process.exit(1)")
    const { figure, finding } = await drill(await backedUp({ recovery: { start } }))
    expect(finding('drill.start-up', 'start')).toMatchObject({
      status: 'critical',
      actual: 'it ended with code 1 before it was healthy',
      evidence: ['no module named app'],
    })
    expect(finding('drill.start-up', 'guess: rows of articles').status).toBe('ok')
    expect(finding('drill.rto')).toMatchObject({
      status: 'unknown',
      actual: expect.stringMatching(/^proven after .*; nothing answered after that$/),
    })
    expect(figure('drill.rto')).toBeUndefined()
  })

  it('as it says that it is unhealthy is critical', async () => {
    const start = program(
      `require('http').createServer((q, r) => r.end('{"status":"unhealthy"}')).listen(process.env.PORT, '127.0.0.1')`,
    )
    const { finding } = await drill(await backedUp({ recovery: { start, timeoutSeconds: 1 } }))
    expect(finding('drill.start-up', 'start')).toMatchObject({
      status: 'critical',
      actual: expect.stringContaining('/health was not healthy within 1.0 s: HTTP 200, unhealthy'),
    })
    expect(await startedBy(process.pid)).toEqual([])
  })

  it('as that might touch the real hub is unknown, with what to do about it', async () => {
    const hub = await backedUp({ recovery: { start: [...serve, '--list', '../../../knowledge/hub.db'] } })
    const { finding } = await drill(hub)
    expect(finding('drill.start-up', 'start')).toMatchObject({
      status: 'unknown',
      actual: expect.stringMatching(/^it was not started: an argument leads to the real hub: \//),
      advice: expect.stringContaining('backups.files'),
    })
  })

  it('with one endpoint is critical for that one; one that redirects is unknown, for it may lead to the real hub', async () => {
    const start = program(
      `require('http').createServer((q, r) => q.url === '/health' ? r.end('ok') : q.url === '/login'
        ? r.writeHead(302, { location: 'http://127.0.0.1:1/' }).end() : r.writeHead(500).end()).listen(process.env.PORT, '127.0.0.1')`,
    )
    const endpoints = [{ path: search }, { path: '/login' }]
    const hub = await backedUp({ recovery: { start }, api: { ...api, endpoints, followRedirects: true } })
    const { finding } = await drill(hub)
    expect(finding('drill.start-up', search)).toMatchObject({ status: 'critical', actual: 'HTTP 500' })
    expect(finding('drill.start-up', '/login')).toMatchObject({ status: 'unknown' })
  })

  it('with a query of its own is critical, and one that is no query as well', async () => {
    const statements = [{ name: 'gone', sql: 'SELECT * FROM gone' }]
    const { finding } = await drill(await backedUp({ database: { authority: 'server', statements } }))
    expect(finding('drill.start-up', 'gone')).toMatchObject({
      status: 'critical',
      actual: expect.stringContaining('no such table: gone'),
    })
    expect(finding('drill.rto').status).toBe('unknown')
  })

  it('and has no query either is unknown', async () => {
    const hub = await backedUp()
    const { context } = await openForDrill(hub)
    const backups = {
      ...context.backups,
      guessStatements: async () => ({ state: 'done' as const, value: [] }),
    }
    const { finding } = await drill(hub, {}, { backups })
    expect(finding('drill.start-up', 'start')).toMatchObject({
      status: 'unknown',
      advice: 'set recovery.start or database.statements in hubkeeper.json',
    })
    expect(finding('drill.rto').status).toBe('unknown')
  })
})

describe('a backup that does not come back', () => {
  const damage = (hub: TestHub, id: string, how: (path: string) => void): void =>
    how(join(hub.directory, 'backups', id, 'hub.db'))

  it('as one byte is another one is critical, and nothing is tried on it', async () => {
    const hub = await backedUp({ recovery: { start: serve } }, 2)
    const newest = backupIds(hub)[1] ?? ''
    damage(hub, newest, (path) => {
      const bytes = readFileSync(path)
      bytes[5000] = (bytes[5000] ?? 0) ^ 1
      writeFileSync(path, bytes)
    })
    const { finding } = await drill(hub)
    expect(finding('drill.restore', newest)).toMatchObject({
      status: 'critical',
      actual: 'its bytes are not the ones that were written',
    })
    for (const check of ['drill.start-up', 'drill.rto', 'drill.detectors']) {
      expect(finding(check)).toMatchObject({
        status: 'unknown',
        actual: 'the newest backup did not come back: its bytes are not the ones that were written',
      })
    }
    expect(finding('drill.restore', backupIds(hub)[0])).toMatchObject({ status: 'ok' })
  })

  it('as it is gone is critical', async () => {
    const hub = await backedUp({}, 2)
    damage(hub, backupIds(hub)[0] ?? '', rmSync)
    const { finding } = await drill(hub)
    expect(finding('drill.restore', backupIds(hub)[0])).toMatchObject({ status: 'critical' })
  })

  it('as there is none is critical, and everything else unknown', async () => {
    const { finding } = await drill(await backedUp({}, 0))
    expect(finding('drill.restore')).toMatchObject({
      status: 'critical',
      actual: 'there is none',
    })
    expect(finding('drill.rpo')).toMatchObject({ status: 'critical' })
    for (const check of ['drill.files', 'drill.start-up', 'drill.rto', 'drill.detectors'])
      expect(finding(check).status).toBe('unknown')
  })
})

describe('detectors', () => {
  it('that leave something of a fault behind fail the test, and the rest is told all the same', async () => {
    const run = async (): Promise<never> => {
      throw new HubkeeperError('engine-failed', 'the canary is not what it was', { hint: 'report it' })
    }
    const { finding, result } = await drill(await backedUp(), {}, { drill: { catalogue: [], run } })
    expect(result.failure).toMatchObject({ code: 'engine-failed' })
    expect(finding('drill.detectors')).toMatchObject({ status: 'unknown', advice: 'report it' })
    expect(finding('drill.rto').status).toBe('ok')
  })
})

describe('the real command, killed while the hub runs for practice', () => {
  it('leaves no change, no process and, after the next run, no file', async () => {
    const hub = await backedUp({ recovery: { start: program('setInterval(() => {}, 1000)') } })
    const before = everythingOf(hub)
    const child = begin(hub, ['run', 'disaster-recovery-test'])
    while ((await startedBy(child.pid)).length === 0) await setTimeout(20)
    child.kill('SIGKILL')
    while ((await startedBy(child.pid)).length > 0) await setTimeout(20)
    expect(everythingOf(hub)).toEqual(before)
    await hubkeeper(hub.directory, ['backup', '--dry-run'])
    expect(readdirSync(join(hub.directory, 'state/scratch'))).toEqual([])
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('ends it at %s', async (name) => {
    const hub = await backedUp({ recovery: { start: program('setInterval(() => {}, 1000)') } })
    const child = begin(hub, ['run', 'disaster-recovery-test'])
    while ((await startedBy(child.pid)).length === 0) await setTimeout(20)
    child.kill(name)
    while ((await startedBy(child.pid)).length > 0) await setTimeout(20)
    while (child.exitCode === null && child.signalCode === null) await setTimeout(20)
    expect(readdirSync(join(hub.directory, 'state/scratch'))).toEqual([])
  })
})
