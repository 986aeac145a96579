import {
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { runTask } from '../support/cli.ts'
import { sampleHub } from '../support/hub.ts'

const maintain = (directory: string, ...args: string[]) =>
  runTask(directory, ['run', 'database-maintenance', ...args])

describe('maintenance of a database at rest', () => {
  it('makes it smaller, with proof that its content is the same', async () => {
    const hub = sampleHub({ articles: 200 })
    const size = statSync(hub.database).size
    const run = await maintain(hub.directory)
    expect(run.code).toBe(0)
    expect(run.finding('content.preserved')).toMatchObject({ status: 'ok' })
    expect(run.finding('content.preserved').actual).toBe(run.finding('content.preserved').expected)
    expect(run.finding('database.compaction')).toMatchObject({ status: 'ok' })
    expect(run.finding('backup.certified')).toMatchObject({ status: 'ok' })
    expect(statSync(hub.database).size).toBeLessThan(size)
    expect(hub.value('PRAGMA integrity_check')).toBe('ok')
  })

  it('says that a second run would gain nothing, and rewrites nothing', async () => {
    const hub = sampleHub()
    await maintain(hub.directory)
    const before = statSync(hub.database, { bigint: true })
    const run = await maintain(hub.directory)
    expect(run.finding('database.compaction')).toMatchObject({
      status: 'ok',
      actual: expect.stringContaining('nothing to gain'),
    })
    expect(statSync(hub.database, { bigint: true }).mtimeNs).toBe(before.mtimeNs)
    const forced = await maintain(hub.directory, '--force')
    expect(forced.finding('database.compaction')).toMatchObject({ status: 'ok', evidence: ['forced'] })
  })

  it('brings statistics up to date also where the file gets larger by them', async () => {
    const hub = sampleHub()
    rmSync(hub.database)
    hub.execute(
      "CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT UNIQUE); INSERT INTO words VALUES (1, 'lamp')",
    )
    const { size } = statSync(hub.database)
    const run = await maintain(hub.directory)
    expect(run.finding('database.compaction')).toMatchObject({ status: 'ok' })
    expect(hub.value('SELECT count(*) FROM sqlite_stat1')).toBe(1)
    expect(statSync(hub.database).size).toBeGreaterThan(size)
  })

  it('puts no file in the place of a link', async () => {
    const hub = sampleHub({ articles: 200 })
    const real = join(hub.directory, 'real.db')
    renameSync(hub.database, real)
    symlinkSync(real, hub.database)
    const run = await maintain(hub.directory)
    expect(run.report.error).toMatchObject({
      message: 'knowledge/hub.db is a link: no file is put in its place',
    })
    expect(lstatSync(hub.database).isSymbolicLink()).toBe(true)
  })

  it('keeps the file’s mode and its journal mode', async () => {
    const hub = sampleHub({ journalMode: 'wal' })
    chmodSync(hub.database, 0o640)
    await maintain(hub.directory)
    expect(statSync(hub.database).mode & 0o777).toBe(0o640)
    expect(hub.value('PRAGMA journal_mode')).toBe('wal')
  })

  it('measures every table, and how it grew since the last time', async () => {
    const hub = sampleHub({ articles: 50 })
    await maintain(hub.directory)
    hub.execute("INSERT INTO commands VALUES ('a', 'b'), ('c', 'd')")
    const { report } = await maintain(hub.directory)
    const figure = (name: string) =>
      report.figures.find((one) => one.name === name && one.subject === 'commands')?.value
    expect(figure('table.rows')).toBe(5)
    expect(figure('table.growth')).toBe(2)
    expect(figure('table.size')).toBeGreaterThan(0)
  })

  it('leaves nothing behind', async () => {
    const hub = sampleHub()
    await maintain(hub.directory)
    expect(readdirSync(join(hub.directory, 'knowledge'))).toEqual([
      'hub.db',
      'mcp_server_config.json',
      'search_index',
    ])
    expect(readdirSync(join(hub.directory, 'state/scratch'))).toEqual([])
  })

  it('does not touch a damaged one: what is left of it could be lost', async () => {
    const hub = sampleHub()
    const bytes = readFileSync(hub.database)
    for (const page of [10, 20, 30]) bytes.fill(0, page * 4096, (page + 1) * 4096)
    writeFileSync(hub.database, bytes)
    const run = await maintain(hub.directory, '--force')
    expect(run.code).toBe(1)
    expect(run.finding('database.integrity')).toMatchObject({ status: 'critical' })
    expect(run.finding('database.compaction')).toMatchObject({ status: 'skipped' })
    expect(readFileSync(hub.database).equals(bytes)).toBe(true)
  })

  it('does not replace a file that a process has open', async () => {
    const hub = sampleHub()
    const before = readFileSync(hub.database)
    const server = new DatabaseSync(hub.database)
    server.prepare('SELECT 1 FROM articles').get()
    const run = await maintain(hub.directory, '--force')
    server.close()
    expect(run.finding('database.hazards', 'knowledge/hub.db').actual).toContain('has it open')
    expect(run.finding('database.compaction')).toMatchObject({ status: 'skipped' })
    expect(readFileSync(hub.database).equals(before)).toBe(true)
  })

  it('in a dry run says what it would do, and changes nothing', async () => {
    const hub = sampleHub({ articles: 200 })
    const run = await maintain(hub.directory, '--dry-run')
    expect(run.finding('database.compaction').actual).toContain(
      'dry run: it would be backed up, proven and rewritten',
    )
    expect(readdirSync(hub.directory)).not.toContain('backups')
  })
})
