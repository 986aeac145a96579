import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { HubkeeperError } from '@hubkeeper/core'
import { directoryStore } from '@hubkeeper/local'
import { type CustodyOptions, createScratch, openBackups } from '@hubkeeper/sqlite'
import { describe, expect, it } from 'vitest'
import { chooseBackup } from '../../functions/restore-backup/choose.ts'
import { hubkeeper, runTask } from '../support/cli.ts'
import { testEngine } from '../support/engine.ts'
import { backupIds, sampleHub, type TestHub } from '../support/hub.ts'
import { restoreWith } from '../support/restoring.ts'
import { temporaryDirectory } from '../support/temporary.ts'

function hubOf(): TestHub {
  const hub = sampleHub({ articles: 20 })
  hub.configure({ database: { crossCheckMaxBytes: 0 } })
  return hub
}

/** Bytes over others in a file. */
function overwrite(path: string, position: number, bytes: readonly number[]): void {
  const descriptor = openSync(path, 'r+')
  writeSync(descriptor, Buffer.from(bytes), 0, bytes.length, position)
  closeSync(descriptor)
}

/** The backups of a hub, read without a command. */
async function readerOf(hub: TestHub, changes: Partial<CustodyOptions> = {}) {
  return openBackups(
    {
      hub: 'hub',
      run: 'r',
      store: directoryStore({ root: hub.directory }),
      engine: testEngine(),
      scratch: await createScratch(temporaryDirectory()),
      database: { key: 'knowledge/hub.db', authority: 'offline', path: hub.database },
      crossCheckMaxBytes: 0,
      now: () => new Date(),
      fence: async () => {},
      ...changes,
    },
    'read',
  )
}

describe('a restore is refused, with the reason and what to do', () => {
  it.each([
    { what: 'a later file format', position: 18, bytes: [3, 3], says: 'later file format (read version 3)' },
    { what: 'a later schema format', position: 44, bytes: [0, 0, 0, 5], says: 'later schema format (5)' },
  ])('of a backup in $what', async ({ bytes, position, says }) => {
    const hub = hubOf()
    overwrite(hub.database, position, bytes)
    await runTask(hub.directory, ['backup'])
    const [id = ''] = backupIds(hub)
    const before = readFileSync(hub.database)
    const { code, report } = await runTask(hub.directory, ['restore', id, '--yes'])
    expect([code, report.error?.code]).toEqual([3, 'backup-unsound'])
    expect(report.error).toMatchObject({
      message: expect.stringContaining(says),
      hint: expect.stringContaining('nothing was touched'),
    })
    expect([readFileSync(hub.database).equals(before), backupIds(hub)]).toEqual([true, [id]])
  })

  it('of a backup that needs what is not here, unless its bytes are to do', async () => {
    const hub = hubOf()
    const writer = new DatabaseSync(hub.database, { defensive: false })
    writer.exec(`CREATE TABLE names (a TEXT); CREATE INDEX by_name ON names (a); INSERT INTO names VALUES ('x');
      PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = 'CREATE INDEX by_name ON names (a COLLATE klingon)' WHERE name = 'by_name'`)
    writer.close()
    await runTask(hub.directory, ['backup'])
    const [id = ''] = backupIds(hub)
    const kept = readFileSync(hub.database)
    hub.execute('DELETE FROM articles')
    const refused = await runTask(hub.directory, ['restore', id, '--yes'])
    expect(refused.report.error).toMatchObject({
      code: 'backup-unsound',
      message: expect.stringContaining('klingon'),
      hint: expect.stringContaining('--unproven'),
    })
    const restored = await runTask(hub.directory, ['restore', id, '--unproven', '--yes'])
    expect(restored.finding('content.preserved')).toMatchObject({ status: 'ok' })
    expect(restored.finding('content.preserved').evidence.join()).toContain('unproven')
    expect(readFileSync(hub.database).equals(kept)).toBe(true)
  })

  it('of a backup that a listing does not show whole; the latest is chosen with a word about it', async () => {
    const hub = hubOf()
    await runTask(hub.directory, ['backup'])
    hub.execute("INSERT INTO commands VALUES ('later', 'row')")
    // Ids and certificates tell seconds apart.
    await new Promise((resolve) => setTimeout(resolve, 1100))
    await runTask(hub.directory, ['backup'])
    const [first = '', second = ''] = backupIds(hub)
    renameSync(join(hub.directory, 'backups', second, 'hub.db'), join(hub.directory, 'gone'))
    const refused = await runTask(hub.directory, ['restore', second, '--yes'])
    expect(refused.report.error).toMatchObject({
      code: 'backup-missing',
      message: expect.stringContaining(`backup ${second} is not whole: its copy`),
    })
    const planned = await runTask(hub.directory, ['restore', '--dry-run'])
    const preserved = planned.finding('content.preserved')
    expect(preserved.actual).toContain(first)
    expect(preserved.evidence.join()).toContain(`newer, but not to be had: ${second}`)
  })

  it('of the latest one where the clock is years off, but not of one by its id', async () => {
    const hub = hubOf()
    await runTask(hub.directory, ['backup'])
    const [id = ''] = backupIds(hub)
    const reader = await readerOf(hub)
    const past = new Date('2019-01-01T00:00:00.000Z')
    const latest = chooseBackup(reader, { backup: 'latest', undo: false }, past)
    await expect(latest).rejects.toMatchObject({
      code: 'clock-behind',
      hint: expect.stringContaining('hubkeeper backups list'),
    })
    const chosen = await chooseBackup(reader, { backup: id, undo: false }, past)
    expect(chosen.backup.manifest.id).toBe(id)
  })

  it('of what is larger than scratch disk', async () => {
    const hub = hubOf()
    hub.configure({ requirements: ['requirements.txt'] })
    await runTask(hub.directory, ['backup'])
    const requireSpace = async () => {
      throw new HubkeeperError('no-space', 'it does not fit', { hint: 'free space there' })
    }
    // Where a backup lies on this machine, nothing is copied.
    const store = { ...directoryStore({ root: hub.directory }), fileOf: async () => null }
    const scratch = { ...(await createScratch(temporaryDirectory())), requireSpace }
    const reader = await readerOf(hub, { store, scratch })
    const { backup } = await chooseBackup(reader, { backup: 'latest', undo: false }, new Date())
    await expect(reader.restoreFiles(backup)).rejects.toMatchObject({ code: 'no-space' })
  })

  it('of a database that another writer replaced meanwhile: nothing is touched, the undo stays what it was', async () => {
    const hub = hubOf()
    await runTask(hub.directory, ['backup'])
    hub.execute("INSERT INTO commands VALUES ('first', 'row')")
    await runTask(hub.directory, ['restore', '--yes'])
    const report = await restoreWith(hub, {}, ({ database }) => ({
      database: {
        ...database,
        replace: (path, expected) => {
          hub.execute("INSERT INTO commands VALUES ('meanwhile', 'row')")
          return database.replace(path, expected)
        },
      },
    }))
    expect(report.error).toMatchObject({
      code: 'precondition-failed',
      hint: 'something else wrote it meanwhile; run the task again',
    })
    expect(hub.value("SELECT count(*) FROM commands WHERE name = 'meanwhile'")).toBe(1)
    await runTask(hub.directory, ['restore', '--undo', '--yes'])
    expect(hub.value("SELECT name FROM commands WHERE name IN ('first', 'meanwhile')")).toBe('first')
  })

  it('of an undo where a restore was cut short before it replaced anything', async () => {
    const hub = hubOf()
    await runTask(hub.directory, ['backup'])
    const report = await restoreWith(hub, {}, ({ database }) => ({
      database: {
        ...database,
        signsOfUse: async () => {
          throw new HubkeeperError('io', 'the machine goes down', { hint: 'none' })
        },
      },
    }))
    expect(report.status).toBe('failed')
    for (const id of backupIds(hub).slice(1)) {
      rmSync(join(hub.directory, 'backups', id), { recursive: true })
    }
    const undone = await runTask(hub.directory, ['restore', '--undo', '--yes'])
    expect(undone.report.error).toMatchObject({
      code: 'backup-missing',
      message: expect.stringContaining('ended before it replaced anything'),
    })
  })

  it.each([
    ['--with-files', '--files-only'],
    ['--watch', 'soon'],
  ])('of %s %s', async (...args) => {
    const hub = hubOf()
    expect((await hubkeeper(hub.directory, ['restore', ...args, '--yes'])).code).toBe(2)
  })

  it('of files where none were kept', async () => {
    const hub = hubOf()
    await runTask(hub.directory, ['backup'])
    const { report } = await runTask(hub.directory, ['restore', '--with-files', '--yes'])
    expect(report.error).toMatchObject({ code: 'backup-missing', hint: expect.stringContaining('leave out') })
  })

  it('of the latest one where it is not known which ones are in quarantine', async () => {
    const hub = hubOf()
    await runTask(hub.directory, ['backup'])
    writeFileSync(join(hub.directory, 'state/backups/quarantine.json'), 'torn')
    const { code, report } = await runTask(hub.directory, ['restore', '--dry-run'])
    expect([code, report.error?.message]).toEqual([3, expect.stringContaining('which backups count')])
    const [id = ''] = backupIds(hub)
    expect((await runTask(hub.directory, ['restore', id, '--dry-run'])).code).toBe(0)
  })

  it('of an undo to a backup, and of a dry run to another place', async () => {
    const hub = hubOf()
    await runTask(hub.directory, ['backup'])
    await runTask(hub.directory, ['restore', '--yes'])
    const [id = ''] = backupIds(hub)
    const undo = await hubkeeper(hub.directory, ['restore', id, '--undo', '--yes'])
    expect(undo).toMatchObject({ code: 2, err: expect.stringContaining('and not to') })
    const to = join(hub.directory, 'new.db')
    const written = await hubkeeper(hub.directory, ['restore', '--to', to, '--dry-run'])
    expect([written.code, existsSync(to)]).toEqual([2, false])
  })

  it('to a place where a journal of another database lies, or of a manifest that leads out of it', async () => {
    const hub = hubOf()
    hub.configure({ database: { crossCheckMaxBytes: 0 }, requirements: ['requirements.txt'] })
    await runTask(hub.directory, ['backup'])
    const to = join(hub.directory, 'new.db')
    writeFileSync(`${to}-wal`, 'left behind')
    const beside = await hubkeeper(hub.directory, ['restore', '--to', to])
    expect(beside).toMatchObject({ code: 3, err: expect.stringContaining('new.db-wal is there') })
    const [id = ''] = backupIds(hub)
    const manifest = join(hub.directory, 'backups', id, 'manifest.json')
    const text = readFileSync(manifest, 'utf8')
    writeFileSync(manifest, text.replace('"database": "knowledge/hub.db"', '"database": "../evil.db"'))
    const args = ['restore', id, '--with-files', '--to', join(hub.directory, 'tree')]
    expect(await hubkeeper(hub.directory, args)).toMatchObject({ code: 3 })
    expect([existsSync(join(hub.directory, 'evil.db')), existsSync(to)]).toEqual([false, false])
  })

  it('to a place where a file or a link is, or of what is not as certified', async () => {
    const hub = hubOf()
    await runTask(hub.directory, ['backup'])
    const link = join(hub.directory, 'link.db')
    symlinkSync(join(hub.directory, 'nowhere.db'), link)
    for (const to of [link, hub.database]) {
      const refused = await hubkeeper(hub.directory, ['restore', '--to', to])
      expect(refused).toMatchObject({
        code: 3,
        err: expect.stringContaining('something by that name already'),
      })
    }
    expect(existsSync(join(hub.directory, 'nowhere.db'))).toBe(false)
    const [id = ''] = backupIds(hub)
    const folder = join(hub.directory, 'backups', id)
    const copy = join(folder, 'hub.db')
    // Whoever writes both the copy and its manifest cannot write what was certified.
    const forged = new DatabaseSync(copy)
    forged.exec('DELETE FROM commands')
    forged.close()
    const manifest = join(folder, 'manifest.json')
    const { sha256, ...rest } = JSON.parse(readFileSync(manifest, 'utf8'))
    const now = createHash('sha256').update(readFileSync(copy)).digest('hex')
    expect(now).not.toBe(sha256)
    writeFileSync(manifest, JSON.stringify({ ...rest, sha256: now, bytes: readFileSync(copy).length }))
    const refused = await hubkeeper(hub.directory, ['restore', id, '--to', join(hub.directory, 'new.db')])
    expect(refused).toMatchObject({
      code: 3,
      err: expect.stringContaining('its content is not as certified'),
    })
    expect(existsSync(join(hub.directory, 'new.db'))).toBe(false)
  })

  it('of none whose certificate is not as it was issued, but that is said', async () => {
    const hub = hubOf()
    await runTask(hub.directory, ['backup'])
    const [id = ''] = backupIds(hub)
    const folder = join(hub.directory, 'backups', id)
    const name = readdirSync(folder).find((entry) => entry.startsWith('certificate-')) ?? ''
    const text = readFileSync(join(folder, name), 'utf8')
    writeFileSync(
      join(folder, name),
      text.replace(/"digest": "[0-9a-f]{64}"/, `"digest": "${'0'.repeat(64)}"`),
    )
    const { code, out } = await hubkeeper(hub.directory, ['restore', id, '--dry-run'])
    expect([code, out]).toEqual([0, expect.stringContaining('no certificate that can be relied on')])
  })
})
