import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { digestDatabase } from '../../layers/sqlite/src/digest/database.ts'
import { nativeSource } from '../../layers/sqlite/src/digest/native-source.ts'
import { runTask } from '../support/cli.ts'
import { sampleHub, type TestHub } from '../support/hub.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const isRoot = process.getuid?.() === 0
const program = join(import.meta.dirname, '../../cli/bin/hubkeeper.cjs')

/** The digest of a hub's database, which must be sound. */
function contentOf(hub: TestHub): string {
  const database = new DatabaseSync(hub.database)
  const integrity = database.prepare('PRAGMA integrity_check').all()
  const digest = digestDatabase(nativeSource(database)).value
  database.close()
  expect(integrity).toEqual([{ integrity_check: 'ok' }])
  return digest
}

/** Starts the real command and kills it, and with it what it started, after so many ms. */
async function killed(hub: TestHub, args: readonly string[], after: number): Promise<void> {
  const child = spawn(process.execPath, [program, ...args], { cwd: hub.directory, stdio: 'ignore' })
  const ended = once(child, 'exit')
  setTimeout(() => child.kill('SIGKILL'), after)
  await ended
}

describe('a run that is killed', () => {
  it('at any moment of maintenance leaves the database whole, with its content', async () => {
    const hub = sampleHub({ articles: 300 })
    const before = contentOf(hub)
    for (let after = 100; after < 1300; after += 130) {
      await killed(hub, ['run', 'database-maintenance', '--force'], after)
      expect(contentOf(hub), `killed after ${after} ms`).toBe(before)
    }
  })

  it('at any moment of a restore leaves the old database or the backup’s, whole', async () => {
    const hub = sampleHub({ articles: 300 })
    await runTask(hub.directory, ['backup'])
    const backup = contentOf(hub)
    hub.execute('DELETE FROM articles WHERE id % 3 = 0')
    const current = contentOf(hub)
    for (let after = 200; after < 1500; after += 160) {
      await killed(hub, ['restore', '--yes'], after)
      expect([current, backup], `killed after ${after} ms`).toContain(contentOf(hub))
    }
  })

  it('keeps nobody waiting: the next one takes over its lease, for its process is gone', async () => {
    const hub = sampleHub({ articles: 300 })
    await killed(hub, ['run', 'database-maintenance', '--force'], 500)
    const run = await runTask(hub.directory, ['run', 'database-maintenance', '--force'])
    expect(run.finding('content.preserved')).toMatchObject({ status: 'ok' })
  })

  it('leaves no scratch that the next one does not sweep', async () => {
    const hub = sampleHub({ articles: 300 })
    for (const after of [300, 450, 600]) await killed(hub, ['run', 'health-check'], after)
    await runTask(hub.directory, ['run', 'health-check'])
    expect(readdirSync(join(hub.directory, 'state/scratch'))).toEqual([])
  })
})

describe('a journal that a dead writer left', () => {
  it('is named, and touched by nobody but SQLite', async () => {
    const hub = sampleHub({ articles: 300 })
    const code = `
      import { DatabaseSync } from 'node:sqlite'
      const database = new DatabaseSync(${JSON.stringify(hub.database)})
      database.exec("PRAGMA cache_size = 5; BEGIN; UPDATE articles SET body = body || 'x'")
      process.kill(process.pid, 'SIGKILL')`
    spawnSync(process.execPath, ['--input-type=module', '-e', code])
    const journal = readFileSync(`${hub.database}-journal`)
    const run = await runTask(hub.directory, ['run', 'database-maintenance'])
    expect(run.code).toBe(1)
    expect(run.finding('database.readable')).toMatchObject({
      status: 'critical',
      actual: expect.stringContaining('unfinished transaction'),
      advice: expect.stringContaining('never delete the journal'),
    })
    expect(readFileSync(`${hub.database}-journal`).equals(journal)).toBe(true)
    contentOf(hub)
  })
})

describe.skipIf(!isRoot)('a disk that is full (needs root, for a small tmpfs)', () => {
  async function onSmallDisk(size: string, work: (hub: TestHub) => Promise<void>): Promise<void> {
    const original = sampleHub({ articles: 300 })
    const mount = temporaryDirectory()
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', mount])
    try {
      const directory = join(mount, 'hub')
      mkdirSync(directory)
      cpSync(original.directory, directory, { recursive: true })
      await work({ ...original, directory, database: join(directory, 'knowledge/hub.db') })
    } finally {
      execFileSync('umount', ['--lazy', mount])
    }
  }

  it.each(['backup', 'run database-maintenance'])(
    'fails %s with what to do, and the database is as it was',
    async (command) => {
      await onSmallDisk('1600k', async (hub) => {
        const before = contentOf(hub)
        const run = await runTask(hub.directory, command.split(' '))
        expect(run.code).toBe(3)
        expect(run.report.error).toMatchObject({
          code: 'no-space',
          hint: expect.stringContaining('free space'),
        })
        expect(contentOf(hub)).toBe(before)
      })
    },
  )
})
