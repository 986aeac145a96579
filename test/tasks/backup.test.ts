import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { hubkeeper, runTask } from '../support/cli.ts'
import { backupIds, sampleHub, type TestHub } from '../support/hub.ts'
import { writeAndDie } from '../support/killed-writer.ts'

/** The copy in the newest backup. */
const copyIn = (hub: Pick<TestHub, 'directory'>): string =>
  join(hub.directory, 'backups', backupIds(hub).at(-1) ?? '', 'hub.db')

describe('a backup of a database at rest', () => {
  it('is the same file, certified by both engines', async () => {
    const hub = sampleHub()
    const run = await runTask(hub.directory, ['backup'])
    expect(run.code).toBe(0)
    expect(run.finding('backup.certified')).toMatchObject({ status: 'ok', actual: 'cross-checked' })
    expect(readFileSync(copyIn(hub)).equals(readFileSync(hub.database))).toBe(true)
  })

  it.each(['offline', 'server'] as const)(
    'holds what the log holds of the file that a link leads to (%s)',
    async (authority) => {
      const hub = sampleHub({ journalMode: 'wal' })
      hub.configure({ database: { authority } })
      const real = join(hub.directory, 'real.db')
      renameSync(hub.database, real)
      symlinkSync(real, hub.database)
      writeAndDie(hub.database, "INSERT INTO commands VALUES ('later', 'row')")
      expect((await runTask(hub.directory, ['backup'])).code).toBe(0)
      const copy = new DatabaseSync(copyIn(hub), { readOnly: true })
      const found = copy.prepare("SELECT count(*) AS n FROM commands WHERE name = 'later'").get()
      copy.close()
      expect(found).toEqual({ n: 1 })
    },
  )

  it('is not made again when nothing changed, and the one there is counts as current', async () => {
    const hub = sampleHub()
    await runTask(hub.directory, ['backup'])
    const again = await runTask(hub.directory, ['backup'])
    expect(again.finding('backup.certified')).toMatchObject({
      status: 'skipped',
      actual: expect.stringContaining('nothing changed since'),
    })
    expect(backupIds(hub)).toHaveLength(1)
    // The same content in other pages is no change either.
    hub.execute('VACUUM')
    await runTask(hub.directory, ['backup'])
    expect(backupIds(hub)).toHaveLength(1)
    hub.execute("INSERT INTO commands VALUES ('new', 'row')")
    await runTask(hub.directory, ['backup'])
    expect(backupIds(hub)).toHaveLength(2)
  })

  it('is made again when nothing changed but the one there is was damaged', async () => {
    const hub = sampleHub()
    await runTask(hub.directory, ['backup'])
    appendFileSync(copyIn(hub), 'x')
    const again = await runTask(hub.directory, ['backup'])
    expect(again.finding('backup.certified')).toMatchObject({ status: 'ok' })
    expect(backupIds(hub)).toHaveLength(2)
  })

  it('is made when it is forced', async () => {
    const hub = sampleHub()
    await runTask(hub.directory, ['backup'])
    await runTask(hub.directory, ['backup', '--force'])
    expect(backupIds(hub)).toHaveLength(2)
  })

  it('of a slot is made once', async () => {
    const hub = sampleHub()
    const args = ['run', 'backup', '--force', '--scheduled', '2026-11-24T04:30:00Z']
    expect((await hubkeeper(hub.directory, args)).code).toBe(0)
    const again = await hubkeeper(hub.directory, args)
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('already succeeded') })
    expect(backupIds(hub)).toHaveLength(1)
  })

  it('leaves no work in progress behind', async () => {
    const hub = sampleHub()
    await runTask(hub.directory, ['backup'])
    expect(readdirSync(join(hub.directory, 'state/scratch'))).toEqual([])
    expect(readdirSync(join(hub.directory, 'knowledge'))).toEqual([
      'hub.db',
      'mcp_server_config.json',
      'search_index',
    ])
  })

  it('can be kept in another directory', async () => {
    const hub = sampleHub()
    const other = sampleHub().directory
    hub.configure({ backups: { directory: other } })
    await runTask(hub.directory, ['backup'])
    expect(backupIds({ directory: other })).toHaveLength(1)
    expect(readdirSync(hub.directory)).not.toContain('backups')
  })

  it('in a dry run is only announced', async () => {
    const hub = sampleHub()
    const run = await runTask(hub.directory, ['backup', '--dry-run'])
    expect(run.finding('backup.certified')).toMatchObject({ status: 'skipped' })
    expect(readdirSync(hub.directory)).not.toContain('backups')
  })
})

describe('a backup of a live database', () => {
  it('has what is committed and only in the WAL', async () => {
    const hub = sampleHub({ journalMode: 'wal' })
    hub.configure({ database: { authority: 'server' } })
    const server = new DatabaseSync(hub.database)
    server.exec("INSERT INTO commands VALUES ('in-the-wal', 'committed')")
    const run = await runTask(hub.directory, ['backup'])
    server.close()
    expect(run.finding('backup.certified')).toMatchObject({ status: 'ok', actual: 'cross-checked' })
    const copy = new DatabaseSync(copyIn(hub), { readOnly: true })
    expect(copy.prepare("SELECT count(*) AS n FROM commands WHERE name = 'in-the-wal'").get()).toEqual({
      n: 1,
    })
    copy.close()
  })

  it('of one that is locked all the time fails, says who to look for, and exits with 3', async () => {
    const hub = sampleHub()
    hub.configure({ database: { authority: 'server', lockTimeoutSeconds: 0.3 } })
    const server = new DatabaseSync(hub.database)
    server.exec('BEGIN EXCLUSIVE')
    const run = await runTask(hub.directory, ['backup'])
    server.exec('ROLLBACK')
    server.close()
    expect(run.code).toBe(3)
    expect(run.report.error).toMatchObject({
      code: 'database-locked',
      hint: expect.stringContaining('holds the lock'),
    })
  })
})

describe('a database that somebody uses although it is said to be offline', () => {
  it('is read through SQLite, and the report says so', async () => {
    const hub = sampleHub({ journalMode: 'wal' })
    const server = new DatabaseSync(hub.database)
    server.exec("INSERT INTO commands VALUES ('in-the-wal', 'committed')")
    const run = await runTask(hub.directory, ['backup'])
    server.close()
    expect(run.finding('database.hazards', 'knowledge/hub.db')).toMatchObject({ status: 'warning' })
    const copy = new DatabaseSync(copyIn(hub), { readOnly: true })
    expect(copy.prepare("SELECT count(*) AS n FROM commands WHERE name = 'in-the-wal'").get()).toEqual({
      n: 1,
    })
    copy.close()
  })
})

describe('a database that cannot be backed up as it should', () => {
  const cases: [string, (path: string) => void, string][] = [
    ['is missing', (path) => rmSync(path), 'there is no database'],
    ['is empty', (path) => writeFileSync(path, ''), 'is empty'],
    ['is compressed', (path) => writeFileSync(path, gzipSync(readFileSync(path))), 'is gzip-compressed'],
    ['is encrypted', (path) => writeFileSync(path, randomBytes(8192)), 'encrypted, or its header is damaged'],
    ['was cut off', (path) => truncateSync(path, 40_960), 'malformed'],
    ['is a text', (path) => writeFileSync(path, 'not a database at all\n'.repeat(100)), 'is a text file'],
  ]

  it.each(cases)('because it %s is a critical finding with advice', async (_, damage, words) => {
    const hub = sampleHub()
    damage(hub.database)
    const run = await runTask(hub.directory, ['run', 'health-check'])
    expect(run.code).toBe(1)
    const finding = run.report.findings.find(
      ({ check, status }) => check.startsWith('database.') && status === 'critical',
    )
    expect(finding).toMatchObject({ advice: expect.any(String) })
    expect(JSON.stringify(finding)).toContain(words)
  })

  it('because it is damaged is kept as evidence, and never called proven', async () => {
    const hub = sampleHub()
    await runTask(hub.directory, ['backup'])
    const bytes = readFileSync(hub.database)
    for (const page of [10, 20, 30]) bytes.fill(0, page * 4096, (page + 1) * 4096)
    writeFileSync(hub.database, bytes)
    const run = await runTask(hub.directory, ['backup'])
    expect(run.code).toBe(1)
    expect(run.finding('backup.certified')).toMatchObject({ status: 'critical', actual: 'bytes' })
    const { backups } = JSON.parse((await hubkeeper(hub.directory, ['backups', 'list', '--json'])).out)
    expect(backups.map((one: { certificate: { level: string } }) => one.certificate.level)).toEqual([
      'cross-checked',
      'bytes',
    ])
    const status = JSON.parse((await hubkeeper(hub.directory, ['status', '--json'])).out)
    expect(status.hubs[0].newestProvenBackup.id).toBe(backups[0].manifest.id)
  })

  it('because it needs an unknown collation is kept byte for byte, with a warning that names it', async () => {
    const hub = sampleHub()
    const database = new DatabaseSync(hub.database, { defensive: false })
    database.exec(`CREATE TABLE names (a); CREATE INDEX names_by_a ON names (a); INSERT INTO names VALUES ('x'), ('y');
      PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE names (a COLLATE klingon)' WHERE name = 'names'`)
    database.close()
    const run = await runTask(hub.directory, ['backup'])
    expect(run.code).toBe(0)
    expect(run.finding('backup.certified')).toMatchObject({ status: 'warning', actual: 'bytes' })
    expect(JSON.stringify(run.report.findings)).toContain('klingon')
  })
})

describe('verifying stored backups', () => {
  it('certifies them anew', async () => {
    const hub = sampleHub()
    await runTask(hub.directory, ['backup'])
    const run = await runTask(hub.directory, ['backups', 'verify'])
    expect(run).toMatchObject({ code: 0, report: { task: 'verify-backups', status: 'ok' } })
    expect(readdirSync(join(hub.directory, 'backups', backupIds(hub)[0] ?? ''))).toHaveLength(4)
  })

  it('finds one flipped bit, and that backup no longer counts', async () => {
    const hub = sampleHub()
    await runTask(hub.directory, ['backup'])
    const copy = copyIn(hub)
    const bytes = readFileSync(copy)
    bytes[5000] = (bytes[5000] ?? 0) ^ 1
    writeFileSync(copy, bytes)
    const run = await runTask(hub.directory, ['backups', 'verify'])
    expect(run.code).toBe(1)
    expect(run.finding('backup.certified')).toMatchObject({ status: 'critical', actual: 'none' })
    const health = await runTask(hub.directory, ['run', 'health-check'])
    expect(health.finding('backup.age')).toMatchObject({ status: 'critical', actual: 'there is none' })
  })

  it('names what is left of a backup that was cut short', async () => {
    const hub = sampleHub()
    await runTask(hub.directory, ['backup'])
    rmSync(join(hub.directory, 'backups', backupIds(hub)[0] ?? '', 'manifest.json'))
    const health = await runTask(hub.directory, ['run', 'health-check'])
    expect(health.finding('backup.proven').evidence).toEqual([expect.stringContaining('it has no manifest')])
  })
})
