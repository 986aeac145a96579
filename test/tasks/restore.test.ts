import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { startSampleHub } from '../../examples/sample-hub/start.ts'
import { hubkeeper, runTask } from '../support/cli.ts'
import { sampleHub, type TestHub } from '../support/hub.ts'
import { unfinished, writeAndDie } from '../support/killed-writer.ts'

const isRoot = process.getuid?.() === 0

/** Rows that the server has written, as of a copy. */
function visitsIn(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true })
  const row = database.prepare('SELECT max(id) AS last FROM visits').get()
  database.close()
  return Number(row?.last)
}

const rows = (hub: TestHub): unknown => hub.value('SELECT count(*) FROM articles')

describe('a restore of a database at rest', () => {
  it('brings back what was there, and can be undone', async () => {
    const hub = sampleHub()
    await runTask(hub.directory, ['backup'])
    const before = rows(hub)
    hub.execute('DELETE FROM articles WHERE id % 2 = 0')
    const reduced = rows(hub)
    const run = await runTask(hub.directory, ['restore', '--yes'])
    expect(run.code).toBe(0)
    expect(run.finding('content.preserved')).toMatchObject({ status: 'ok' })
    expect(run.finding('content.preserved').evidence).toContain('to undo: hubkeeper restore --undo')
    expect(rows(hub)).toBe(before)
    await runTask(hub.directory, ['restore', '--undo', '--yes'])
    expect(rows(hub)).toBe(reduced)
    await runTask(hub.directory, ['restore', '--undo', '--yes'])
    expect(rows(hub)).toBe(before)
  })

  it('in a dry run shows rows per table, now and then, and touches nothing', async () => {
    const hub = sampleHub()
    await runTask(hub.directory, ['backup'])
    hub.execute("DELETE FROM commands WHERE name = 'fog-test'")
    const { report } = await runTask(hub.directory, ['restore', '--dry-run'])
    const figure = (name: string) =>
      report.figures.find((one) => one.name === name && one.subject === 'commands')?.value
    expect([figure('table.rows-now'), figure('table.rows-in-backup')]).toEqual([2, 3])
    expect(hub.value('SELECT count(*) FROM commands')).toBe(2)
    expect(readdirSync(join(hub.directory, 'backups'))).toHaveLength(1)
  })

  it('takes a backup by its id, or the newest proven one at or before a moment', async () => {
    const hub = sampleHub()
    const backUp = async () => {
      const known = new Set(existsSync(backups) ? readdirSync(backups) : [])
      await runTask(hub.directory, ['backup'])
      return readdirSync(backups).find((id) => !known.has(id)) ?? expect.fail('no backup was made')
    }
    const backups = join(hub.directory, 'backups')
    const first = await backUp()
    const between = new Date().toISOString()
    hub.execute("INSERT INTO commands VALUES ('later', 'row')")
    const second = await backUp()
    await runTask(hub.directory, ['restore', between, '--yes'])
    expect(hub.value('SELECT count(*) FROM commands')).toBe(3)
    await runTask(hub.directory, ['restore', second, '--yes'])
    expect(hub.value('SELECT count(*) FROM commands')).toBe(4)
    await runTask(hub.directory, ['restore', first, '--yes'])
    expect(hub.value('SELECT count(*) FROM commands')).toBe(3)
  })

  it('replaces a database that is missing or destroyed, and keeps what was there', async () => {
    const hub = sampleHub()
    await runTask(hub.directory, ['backup'])
    const before = rows(hub)
    rmSync(hub.database)
    expect((await runTask(hub.directory, ['restore', '--yes'])).code).toBe(0)
    expect(rows(hub)).toBe(before)
    writeFileSync(hub.database, 'this was a database once\n'.repeat(50))
    const run = await runTask(hub.directory, ['restore', '--yes'])
    expect(run.code).toBe(0)
    expect(rows(hub)).toBe(before)
    expect(run.report.artifacts).toEqual([expect.objectContaining({ kind: 'safety copy', bytes: 1250 })])
  })

  it('takes no journal mode over from a header that is damaged', async () => {
    const hub = sampleHub()
    await runTask(hub.directory, ['backup'])
    const before = rows(hub)
    const descriptor = openSync(hub.database, 'r+')
    writeSync(descriptor, Buffer.from([7, 7]), 0, 2, 18)
    closeSync(descriptor)
    const run = await runTask(hub.directory, ['restore', '--yes'])
    expect(run.finding('content.preserved')).toMatchObject({ status: 'ok' })
    expect(rows(hub)).toBe(before)
  })

  it('keeps what is committed while the safety copy is made, by somebody who came back', async () => {
    const hub = sampleHub()
    await runTask(hub.directory, ['backup'])
    const [first] = readdirSync(join(hub.directory, 'backups'))
    const safety = () => readdirSync(join(hub.directory, 'backups')).find((id) => id !== first)
    const restored = runTask(hub.directory, ['restore', '--yes'])
    while (!existsSync(join(hub.directory, 'backups', safety() ?? 'none', 'manifest.json')))
      await setTimeout(5)
    const server = new DatabaseSync(hub.database)
    server.exec("INSERT INTO commands VALUES ('later', 'row')")
    const run = await restored
    server.close()
    expect(run.code).toBe(0)
    expect(hub.value("SELECT count(*) FROM commands WHERE name = 'later'")).toBe(0)
    await runTask(hub.directory, ['restore', '--undo', '--yes'])
    expect(hub.value("SELECT count(*) FROM commands WHERE name = 'later'")).toBe(1)
  })

  it('refuses a backup whose bytes were changed, and touches nothing', async () => {
    const hub = sampleHub()
    await runTask(hub.directory, ['backup'])
    const [id] = readdirSync(join(hub.directory, 'backups'))
    const copy = join(hub.directory, 'backups', id ?? '', 'hub.db')
    const database = new DatabaseSync(copy)
    database.exec('DELETE FROM articles')
    database.close()
    const before = rows(hub)
    const run = await runTask(hub.directory, ['restore', id ?? '', '--yes'])
    expect(run.code).toBe(3)
    expect(run.report.error).toMatchObject({
      code: 'backup-unsound',
      hint: expect.stringContaining('nothing was touched'),
    })
    expect(rows(hub)).toBe(before)
  })

  it('of what does not exist says what to look at', async () => {
    const hub = sampleHub()
    const run = await runTask(hub.directory, ['restore', '--yes'])
    expect(run.report.error).toMatchObject({
      code: 'backup-missing',
      hint: expect.stringContaining('backups list'),
    })
  })

  it('asks before it replaces anything, and without a terminal wants --yes', async () => {
    const hub = sampleHub()
    await runTask(hub.directory, ['backup'])
    const { code, err } = await hubkeeper(hub.directory, ['restore'])
    expect(code).toBe(2)
    expect(err).toContain('--yes')
  })

  it('can go elsewhere', async () => {
    const hub = sampleHub()
    await runTask(hub.directory, ['backup'])
    const to = join(hub.directory, 'elsewhere.db')
    expect((await hubkeeper(hub.directory, ['restore', 'latest', '--to', to])).code).toBe(0)
    expect(existsSync(to)).toBe(true)
    const again = await hubkeeper(hub.directory, ['restore', 'latest', '--to', to])
    expect(again).toMatchObject({ code: 3, err: expect.stringContaining('cannot write') })
  })
})

describe('a restore of a live database', () => {
  it('goes into the file, under the server that has it open', async () => {
    const hub = sampleHub({ journalMode: 'wal' })
    hub.configure({ database: { authority: 'server' } })
    const server = await startSampleHub({ database: hub.database, logs: join(hub.directory, 'logs') })
    try {
      const results = async () => {
        const response = await fetch(`${server.url}/api/v1/search?q=lamp&limit=100`)
        const body: { results: unknown[] } = JSON.parse(await response.text())
        return body.results.length
      }
      await runTask(hub.directory, ['backup'])
      const before = await results()
      hub.execute('DELETE FROM articles')
      expect(await results()).toBe(0)
      const run = await runTask(hub.directory, ['restore', '--yes'])
      expect(run.finding('content.preserved')).toMatchObject({ status: 'ok' })
      expect(await results()).toBe(before)
      expect(hub.value('PRAGMA journal_mode')).toBe('wal')
    } finally {
      await server.stop()
    }
  })

  it('counts what the server commits until the last moment: it is in a safety copy, or said to be lost', async () => {
    const hub = sampleHub({ journalMode: 'wal' })
    hub.configure({ database: { authority: 'server' } })
    const server = await startSampleHub({ database: hub.database, logs: join(hub.directory, 'logs') })
    try {
      await runTask(hub.directory, ['backup'])
      await server.misbehave({ writing: 2 })
      while ((await server.commits()).lastId < 20) await setTimeout(10)
      const restored = runTask(hub.directory, ['restore', '--yes'])
      // Rows are numbered from the beginning again once the backup is there.
      let last = 0
      for (let id = 1; id >= last; id = (await server.commits()).lastId) last = id
      const { finding, report } = await restored
      await server.misbehave({})
      const preserved = finding('content.preserved')
      const lost = Number(/committed (\d+) times/.exec(preserved.evidence.join())?.[1] ?? 0)
      const once = preserved.evidence.join().includes('committed once') ? 1 : 0
      expect(preserved.evidence.join()).not.toContain('not counted')
      const copies = report.artifacts.map(({ key }) => visitsIn(join(hub.directory, key)))
      expect(copies).toHaveLength(2)
      expect(Math.max(...copies) + lost + once).toBeGreaterThanOrEqual(last)
    } finally {
      await server.stop()
    }
  })

  it('replaces one that is missing', async () => {
    const hub = sampleHub()
    hub.configure({ database: { authority: 'server' } })
    await runTask(hub.directory, ['backup'])
    const before = rows(hub)
    rmSync(hub.database)
    if (isRoot) chownSync(dirname(hub.database), 65_534, 65_534)
    expect((await runTask(hub.directory, ['restore', '--yes'])).code).toBe(0)
    expect(rows(hub)).toBe(before)
    // Root would keep the server from writing it.
    const { gid, uid } = statSync(dirname(hub.database))
    expect(statSync(hub.database)).toMatchObject({ uid, gid })
  })

  it.each(['-wal', '-journal'])('puts none beside the %s of one that is missing', async (suffix) => {
    const hub = sampleHub()
    hub.configure({ database: { authority: 'server' } })
    await runTask(hub.directory, ['backup'])
    rmSync(hub.database)
    writeFileSync(hub.database + suffix, 'what was committed last')
    const { code, report } = await runTask(hub.directory, ['restore', '--yes'])
    expect(code).toBe(3)
    expect(report.error).toMatchObject({
      code: 'database-missing',
      message: `there is no database at knowledge/hub.db, but knowledge/hub.db${suffix} (23 bytes) lies beside it`,
    })
    expect([existsSync(hub.database), existsSync(hub.database + suffix)]).toEqual([false, true])
  })

  it('says what to do where SQLite cannot: a WAL database keeps its page size', async () => {
    const hub = sampleHub({ journalMode: 'wal' })
    hub.configure({ database: { authority: 'server' } })
    await runTask(hub.directory, ['backup'])
    hub.execute('PRAGMA journal_mode = DELETE; PRAGMA page_size = 8192; VACUUM; PRAGMA journal_mode = WAL')
    const run = await runTask(hub.directory, ['restore', '--yes'])
    expect(run.finding('database.readable')).toMatchObject({
      actual: 'pages of 4096 bytes do not go into a live WAL database of 8192: stop its server for it',
    })
    expect(hub.value('PRAGMA page_size')).toBe(8192)
  })
})

describe.each(['offline', 'server'] as const)(
  'a restore after a crash, of a database that is %s',
  (authority) => {
    it('keeps what was committed, not what was half written over it', async () => {
      const hub = sampleHub({ articles: 400 })
      hub.configure({ database: { authority } })
      await runTask(hub.directory, ['backup'])
      hub.execute("INSERT INTO commands VALUES ('later', 'row')")
      const committed = [rows(hub), hub.value('SELECT count(*) FROM commands')]
      writeAndDie(
        hub.database,
        unfinished("UPDATE articles SET title = title || 'x'; DELETE FROM articles WHERE id > 9"),
      )
      expect(statSync(`${hub.database}-journal`).size).toBeGreaterThan(4096)
      expect((await runTask(hub.directory, ['restore', '--yes'])).code).toBe(0)
      expect(hub.value('SELECT count(*) FROM commands')).not.toBe(committed[1])
      expect((await runTask(hub.directory, ['restore', '--undo', '--yes'])).code).toBe(0)
      expect([rows(hub), hub.value('SELECT count(*) FROM commands')]).toEqual(committed)
    })
  },
)

describe('a restored database', () => {
  it.each([
    ['server', 'wal', 'delete'],
    ['server', 'delete', 'wal'],
    ['offline', 'wal', 'delete'],
    ['offline', 'delete', 'wal'],
  ] as const)(
    '%s: keeps the journal mode, owner and mode that it has now (%s to %s)',
    async (authority, then, now) => {
      const hub = sampleHub({ journalMode: then })
      hub.configure({ database: { authority } })
      await runTask(hub.directory, ['backup'])
      const before = rows(hub)
      hub.execute(`PRAGMA journal_mode = ${now}; DELETE FROM articles`)
      chmodSync(hub.database, 0o640)
      if (isRoot) chownSync(hub.database, 65_534, 65_534)
      const { gid, uid } = statSync(hub.database)
      const run = await runTask(hub.directory, ['restore', '--yes'])
      expect(run.code).toBe(0)
      // What short visitors of a WAL database commit is not counted anywhere.
      const counted = authority === 'offline' || now === 'delete'
      expect(run.finding('content.preserved').evidence.join().includes('not counted')).toBe(!counted)
      expect([rows(hub), hub.value('PRAGMA journal_mode')]).toEqual([before, now])
      expect(statSync(hub.database)).toMatchObject({ uid, gid })
      expect(statSync(hub.database).mode & 0o777).toBe(0o640)
      // Only read, the test itself left a WAL without content beside it.
      expect((await runTask(hub.directory, ['restore', '--undo', '--yes'])).code).toBe(0)
      expect([rows(hub), hub.value('PRAGMA journal_mode')]).toEqual([0, now])
    },
  )
})
