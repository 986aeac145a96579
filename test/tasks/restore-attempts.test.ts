import { chmodSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { HubkeeperError } from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { hubkeeper, runTask } from '../support/cli.ts'
import { backupIds, type TestHub } from '../support/hub.ts'
import { restoreWith } from '../support/restoring.ts'
import { at, change, commands, hubWithFiles, read } from './support/hub-with-files.ts'

describe('an undo of a restore that took more than one attempt', () => {
  /** A restore that fails at the second of two files. */
  const failing = (hub: TestHub) =>
    restoreWith(hub, { files: 'with' }, ({ files }) => ({
      files: {
        ...files,
        replace: async (key, path, options) => {
          if (key === 'config/b.toml') throw new HubkeeperError('no-space', 'full', { hint: 'none' })
          return files.replace(key, path, options)
        },
      },
    }))

  it('puts back all that any of them replaced, though the last one was of files only', async () => {
    const hub = hubWithFiles()
    await runTask(hub.directory, ['backup'])
    change(hub)
    await failing(hub)
    await runTask(hub.directory, ['restore', '--files-only', '--yes'])
    await runTask(hub.directory, ['restore', '--undo', '--yes'])
    expect([commands(hub), read(hub, 'config/a.toml')]).toEqual([4, 'a = 2'])
  })

  it('puts files back of which only the last one made a safety copy', async () => {
    const hub = hubWithFiles()
    await runTask(hub.directory, ['backup'])
    change(hub)
    const cut = await restoreWith(hub, {}, ({ database }) => ({
      database: {
        ...database,
        replace: async (path, expected) => {
          await database.replace(path, expected)
          throw new HubkeeperError('io', 'the machine goes down', { hint: 'none' })
        },
      },
    }))
    expect(cut.status).toBe('failed')
    await runTask(hub.directory, ['restore', '--with-files', '--yes'])
    expect(read(hub, 'config/a.toml')).toBe('a = 1')
    await runTask(hub.directory, ['restore', '--undo', '--yes'])
    expect(read(hub, 'config/a.toml')).toBe('a = 2')
  })

  it('is of the one before, where the last one failed while it made its safety copy', async () => {
    const hub = hubWithFiles()
    await runTask(hub.directory, ['backup'])
    change(hub)
    await runTask(hub.directory, ['restore', '--with-files', '--yes'])
    const full = await restoreWith(hub, { files: 'only' }, ({ database }) => ({
      database: {
        ...database,
        snapshot: async () => {
          throw new HubkeeperError('no-space', 'full', { hint: 'none' })
        },
      },
    }))
    expect(full.error?.code).toBe('no-space')
    await runTask(hub.directory, ['restore', '--undo', '--yes'])
    expect([commands(hub), read(hub, 'config/a.toml')]).toEqual([4, 'a = 2'])
  })
})

describe('a preview', () => {
  it('says that the files differ where all rows are equal', async () => {
    const hub = hubWithFiles()
    await runTask(hub.directory, ['backup'])
    hub.execute('CREATE INDEX by_title ON articles (title)')
    const { out } = await hubkeeper(hub.directory, ['restore', '--dry-run'])
    expect(out).toMatch(/all rows are equal, and the files are not: indexes/)
  })
})

describe('what may be secret', () => {
  it('gets no rights of another user with what a backup holds', async () => {
    const hub = hubWithFiles()
    await runTask(hub.directory, ['backup'])
    change(hub)
    chmodSync(at(hub, 'config/a.toml'), 0o4755)
    await runTask(hub.directory, ['restore', '--files-only', '--yes'])
    expect([read(hub, 'config/a.toml'), statSync(at(hub, 'config/a.toml')).mode & 0o7777]).toEqual([
      'a = 1',
      0o755,
    ])
  })

  it('is read by nobody else where it is kept, or written to', async () => {
    const hub = hubWithFiles()
    await runTask(hub.directory, ['backup'])
    const [id = ''] = backupIds(hub)
    const mode = (path: string) => statSync(path).mode & 0o777
    for (const key of ['hub.db', 'files/config/a.toml', 'files/requirements.txt']) {
      expect(mode(at(hub, `backups/${id}/${key}`))).toBe(0o600)
    }
    const to = join(hub.directory, '..', 'copy')
    await hubkeeper(hub.directory, ['restore', '--with-files', '--to', to])
    expect([mode(to), mode(join(to, 'knowledge/hub.db'))]).toEqual([0o700, 0o600])
  })
})
