import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { keys, listAll } from '@hubkeeper/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sampleHub, type TestHub } from '../support/hub.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { type Account, type Reported, startAccount } from './support/account.ts'
import { motoAvailable, needingMoto } from './support/moto.ts'

const key = 'knowledge/hub.db'
const change = `UPDATE articles SET title = title || '!' WHERE id = (SELECT min(id) FROM articles)`

/** Every row of a database, by table. */
function rowsOf(path: string): Record<string, unknown[]> {
  const database = new DatabaseSync(path, { readOnly: true })
  const names = ['authors', 'articles', 'commands', 'article_search']
  const rows = names.map((name) => [name, database.prepare(`SELECT * FROM ${name} ORDER BY 1`).all()])
  database.close()
  return Object.fromEntries(rows)
}

const damagedPart = (bytes: Buffer): Buffer => bytes.subarray(bytes.length / 2, bytes.length / 2 + 8192)

/** Bytes in the middle of a file become others: it opens, and is not sound. */
function damaged(path: string): Buffer {
  const bytes = readFileSync(path)
  damagedPart(bytes).fill(0xab)
  return bytes
}

const only = ({ report }: Reported) => report.findings[0]

describe.skipIf(!motoAvailable)(needingMoto('hubkeeper push and pull'), () => {
  let account: Account
  let hub: TestHub

  beforeAll(async () => {
    account = await startAccount()
  })
  afterAll(() => account?.stop())
  beforeEach(() => {
    hub = sampleHub()
  })
  afterEach(async () => {
    account.proxy.reset()
    const store = account.storeOf('hub')
    for await (const object of listAll(store, '')) await store.delete(object.key)
  })

  const stored = () => account.storeOf('hub').head(key)
  const push = (...args: string[]) => account.report(hub.directory, ['push', ...args])
  const pull = (...args: string[]) => account.report(hub.directory, ['pull', ...args])

  /** The bucket's database as a file. */
  async function bucketFile(): Promise<string> {
    const path = join(temporaryDirectory(), 'bucket.db')
    await account.storeOf('hub').download(key, path)
    return path
  }

  /** Another machine with the same hub, and a change of its own, takes its turn. */
  async function otherMachine(sql: string = change): Promise<TestHub> {
    const other = sampleHub()
    rmSync(other.database)
    expect((await account.report(other.directory, ['pull'])).code).toBe(0)
    other.execute(sql)
    expect((await account.report(other.directory, ['push'])).code).toBe(0)
    return other
  }

  describe('push', () => {
    it('creates, then says that nothing changed, then replaces', async () => {
      const first = await push()
      expect(first).toMatchObject({ code: 0, report: { status: 'ok', task: 'push' } })
      expect(only(first)).toMatchObject({
        check: 'database.pushed',
        actual: expect.stringContaining('stored'),
      })
      const created = await stored()
      expect(only(await push())).toMatchObject({ actual: expect.stringContaining('nothing changed') })
      expect((await stored())?.etag).toBe(created?.etag)

      hub.execute(change)
      expect((await push()).code).toBe(0)
      expect((await stored())?.etag).not.toBe(created?.etag)
      expect(rowsOf(await bucketFile())).toEqual(rowsOf(hub.database))
    })

    it('refuses to replace what this machine has not seen, and says how to go on', async () => {
      await push()
      await otherMachine()
      const theirs = await stored()
      hub.execute(change)
      const { code, out } = await account.run(hub.directory, ['push'])
      expect(code).toBe(3)
      expect(out).toContain(`the bucket holds a version of ${key} that this machine has not seen`)
      expect(out).toContain('hubkeeper push --discard-remote')
      expect((await stored())?.etag).toBe(theirs?.etag)

      expect((await push('--discard-remote')).code).toBe(0)
      expect(rowsOf(await bucketFile())).toEqual(rowsOf(hub.database))
    })

    it('refuses a bucket that is written between the look at it and the upload', async () => {
      await push()
      hub.execute(change)
      const theirs = readFileSync(sampleHub({ articles: 20 }).database)
      let written = false
      account.proxy.authorize = async ({ operation, key: name }) => {
        if (operation === 'PutObject' && name.endsWith(key) && !written) {
          written = true
          await account.storeOf('hub').put(key, theirs)
        }
        return true
      }
      const { code, report } = await push()
      expect(report.error).toMatchObject({ code: 'database-changed' })
      expect(code).toBe(3)
      expect(readFileSync(await bucketFile())).toEqual(theirs)
    })

    it('changes nothing of a deployment that is frozen', async () => {
      const stop = ['freeze', '--deployed', '--reason', 'looking into it', '--by', 'anna']
      expect((await account.run(hub.directory, stop)).code).toBe(0)
      const { code, report } = await push()
      expect({ code, error: report.error }).toMatchObject({ code: 3, error: { code: 'frozen' } })
      expect(await stored()).toBeNull()
      await account.run(hub.directory, ['thaw', '--deployed'])
      expect((await push()).code).toBe(0)
    })

    it('changes nothing in a dry run', async () => {
      const finding = only(await push('--dry-run'))
      expect(finding).toMatchObject({
        status: 'skipped',
        actual: expect.stringMatching(/^dry run: .+ would/),
      })
      expect(await stored()).toBeNull()
      expect(existsSync(join(hub.directory, 'state/sync.json'))).toBe(false)
    })

    it('does not push a damaged database, and shows what is wrong with it', async () => {
      await push()
      const sound = await stored()
      writeFileSync(hub.database, damaged(hub.database))
      const { code, report } = await push()
      expect(code).toBe(1)
      expect(report.findings).toMatchObject([{ check: 'database.integrity', status: 'critical' }])
      expect(report.findings[0]?.evidence.at(-1)).toBe('it was not pushed')
      expect((await stored())?.etag).toBe(sound?.etag)
    })

    it('takes a file of its own memory that broke for none, and asks before it replaces', async () => {
      await push()
      writeFileSync(join(hub.directory, 'state/sync.json'), '{"schema": 1, "et')
      hub.execute(change)
      expect((await push()).report.error).toMatchObject({ code: 'database-changed' })
    })

    it('takes a live database whole, with what is committed and nothing else', async () => {
      hub = sampleHub({ journalMode: 'wal' })
      hub.configure({ database: { authority: 'server' } })
      hub.execute(
        'CREATE TABLE credits (id INTEGER PRIMARY KEY); CREATE TABLE debits (id INTEGER PRIMARY KEY)',
      )
      const writer = new DatabaseSync(hub.database, { timeout: 5000 })
      const transfer = () =>
        writer.exec('BEGIN; INSERT INTO credits VALUES (NULL); INSERT INTO debits VALUES (NULL); COMMIT')
      for (let i = 0; i < 50; i++) transfer()
      const timer = setInterval(transfer, 2)
      const { code } = await push()
      clearInterval(timer)
      writer.exec('BEGIN; INSERT INTO credits VALUES (NULL)')
      writer.close()
      expect(code).toBe(0)

      const database = new DatabaseSync(await bucketFile(), { readOnly: true })
      const count = (table: string) => Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n)
      expect(count('credits')).toBeGreaterThanOrEqual(50)
      expect(count('debits')).toBe(count('credits'))
      expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
      database.close()
    })
  })

  describe('pull', () => {
    it('brings everything to a machine that has nothing', async () => {
      await push()
      const other = sampleHub()
      rmSync(other.database)
      const pulled = await account.report(other.directory, ['pull'])
      expect(pulled.code).toBe(0)
      expect(only(pulled)).toMatchObject({ actual: expect.stringMatching(/ in place$/) })
      expect(rowsOf(other.database)).toEqual(rowsOf(hub.database))
    })

    it('brings what another machine pushed, over what was pushed from here', async () => {
      await push()
      const other = await otherMachine()
      expect(only(await pull())).toMatchObject({ actual: expect.stringContaining('restore --undo') })
      expect(rowsOf(hub.database)).toEqual(rowsOf(other.database))
      expect(only(await push())).toMatchObject({ actual: expect.stringContaining('nothing changed') })
    })

    it('says that there is nothing new, and what could be pushed', async () => {
      await push()
      expect(only(await pull())).toMatchObject({ actual: expect.stringMatching(/^nothing new: .+ holds$/) })
      hub.execute(change)
      const before = rowsOf(hub.database)
      expect(only(await pull())).toMatchObject({ actual: expect.stringMatching(/^nothing new: .+ push$/) })
      expect(rowsOf(hub.database)).toEqual(before)
    })

    it('brings back a database that was lost after it was pushed', async () => {
      await push()
      const before = rowsOf(hub.database)
      rmSync(hub.database)
      expect((await pull()).code).toBe(0)
      expect(rowsOf(hub.database)).toEqual(before)
    })

    it('refuses to replace changes that were never pushed', async () => {
      await push()
      await otherMachine()
      hub.execute(`${change}; DELETE FROM commands`)
      const before = readFileSync(hub.database)
      const { code, out } = await account.run(hub.directory, ['pull'])
      expect(code).toBe(3)
      expect(out).toContain(`${key} holds changes that were never pushed`)
      expect(out).toContain('hubkeeper pull --discard-local')
      expect(readFileSync(hub.database)).toEqual(before)
    })

    it('gives them up when told to, and restore --undo brings them back', async () => {
      await push()
      const other = await otherMachine()
      hub.execute(`${change}; DELETE FROM commands`)
      const before = rowsOf(hub.database)
      expect((await pull('--discard-local')).code).toBe(0)
      expect(rowsOf(hub.database)).toEqual(rowsOf(other.database))
      expect((await account.run(hub.directory, ['restore', '--undo', '--yes'])).code).toBe(0)
      expect(rowsOf(hub.database)).toEqual(before)
    })

    it('replaces a live database under its server, which goes on', async () => {
      await push()
      const other = await otherMachine()
      hub.configure({ database: { authority: 'server' } })
      const server = new DatabaseSync(hub.database, { timeout: 5000 })
      expect((await pull()).code).toBe(0)
      server.exec(`INSERT INTO commands VALUES ('after', 'the pull')`)
      server.close()
      hub.execute(`DELETE FROM commands WHERE name = 'after'`)
      expect(rowsOf(hub.database)).toEqual(rowsOf(other.database))
    })

    it('changes nothing in a dry run', async () => {
      await push()
      await otherMachine()
      const before = readFileSync(hub.database)
      expect(only(await pull('--dry-run'))).toMatchObject({ status: 'skipped' })
      expect(readFileSync(hub.database)).toEqual(before)
      expect(existsSync(join(hub.directory, keys.backups))).toBe(false)
    })

    it('refuses what is damaged in the bucket, and touches nothing', async () => {
      await push()
      await account.storeOf('hub').put(key, damaged(hub.database))
      const before = readFileSync(hub.database)
      const { code, report } = await pull()
      expect(code).toBe(3)
      expect(report.error).toMatchObject({
        code: 'database-unreadable',
        message: expect.stringContaining('what the bucket holds is not sound'),
      })
      expect(readFileSync(hub.database)).toEqual(before)
      expect(existsSync(join(hub.directory, keys.backups))).toBe(false)
    })

    it.each(['offline', 'server'] as const)(
      'keeps the bytes of a damaged %s database before it replaces it',
      async (authority) => {
        hub.configure({ database: { authority } })
        await push()
        const sound = rowsOf(hub.database)
        const bytes = damaged(hub.database)
        writeFileSync(hub.database, bytes)
        expect((await pull()).report.error).toMatchObject({ code: 'database-unreadable' })
        expect(readFileSync(hub.database)).toEqual(bytes)

        await pull('--discard-local')
        const [id = ''] = readdirSync(join(hub.directory, keys.backups))
        const kept = readFileSync(join(hub.directory, keys.backup(id), 'hub.db'))
        expect(damagedPart(kept)).toEqual(damagedPart(bytes))
        expect(rowsOf(hub.database)).toEqual(sound)
      },
    )

    it('recognises its own push whose end was lost, as both sides have the same content', async () => {
      await push()
      rmSync(join(hub.directory, 'state/sync.json'))
      expect((await push()).report.error).toMatchObject({ code: 'database-changed' })
      expect(only(await pull())).toMatchObject({ actual: expect.stringContaining('the same content') })
      expect(only(await push())).toMatchObject({ actual: expect.stringContaining('nothing changed') })
    })

    it('says that the bucket is empty', async () => {
      const { code, report } = await pull()
      expect(code).toBe(3)
      expect(report.error).toMatchObject({ code: 'database-missing', hint: 'push one first: hubkeeper push' })
    })

    it('leaves nothing of its work behind', async () => {
      await push()
      await otherMachine()
      await pull()
      expect(readdirSync(join(hub.directory, 'state/scratch'))).toEqual([])
    })
  })
})
