import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, copyFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { testEngine } from '../support/engine.ts'
import { appears, contentOf, makeLive, request, startJob } from '../support/live-job.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { startWriter } from '../support/writer.ts'

const isRoot = process.getuid?.() === 0
const somebody = 4321

const maintainJob = (directory: string, path: string) =>
  ({
    kind: 'maintain',
    path,
    before: join(directory, 'before.db'),
    after: join(directory, 'after.db'),
    request: request({ vacuum: true }),
    lockTimeout: 30_000,
  }) as const

describe.each(['wal', 'delete'])('VACUUM in place in %s mode, killed at random moments', (mode) => {
  it('leaves a sound database with every row', async () => {
    const directory = temporaryDirectory()
    const path = join(directory, 'live.db')
    makeLive(path, { mode, rows: 8000 })
    const before = contentOf(path)
    const job = maintainJob(directory, path)
    for (let round = 0; round < 8; round++) {
      rmSync(job.before, { force: true })
      const running = startJob(job)
      await appears(job.before)
      await setTimeout(Math.random() * 250)
      await running.kill()
      expect(contentOf(path), `round ${round}`).toBe(before)
    }
    const work = await testEngine().maintainLive(path, job, request({ vacuum: true }))
    expect(work.state).toBe('done')
    for (const file of [job.before, job.after]) rmSync(file)
    expect(readdirSync(directory)).toEqual(['live.db'])
  })

  it('beside a writer that never stops loses none of its commits', async () => {
    const directory = temporaryDirectory()
    const path = join(directory, 'live.db')
    makeLive(path, { mode, rows: 4000 })
    const job = maintainJob(directory, path)
    const writer = await startWriter(path)
    for (let round = 0; round < 4; round++) {
      rmSync(job.before, { force: true })
      const running = startJob(job)
      await appears(job.before)
      await setTimeout(Math.random() * 250)
      await running.kill()
    }
    const { acknowledged, refused } = await writer.stop()
    expect(refused).toBe(0)
    expect(contentOf(path)).toMatch(/^[0-9a-f]{64}$/)
    const database = new DatabaseSync(path)
    expect(database.prepare('SELECT count(*) AS n FROM commits').get()).toEqual({ n: acknowledged.length })
    database.close()
  })
})

describe.skipIf(!isRoot)('work in somebody else’s database (needs root)', () => {
  it.each(['wal', 'delete'])('leaves its files in %s mode theirs, even when it is killed', async (mode) => {
    const directory = temporaryDirectory()
    const path = join(directory, 'live.db')
    makeLive(path, { mode, rows: 4000 })
    chmodSync(path, 0o640)
    for (const owned of [directory, path]) chownSync(owned, somebody, somebody)
    const job = maintainJob(temporaryDirectory(), path)
    const beside = mode === 'wal' ? ['-wal', '-shm'] : ['-journal']
    const last = `${path}${beside.at(-1)}`
    // SQLite makes a file and then gives it its owner: who is killed right between leaves it theirs.
    const isTheirs = () => statSync(last, { throwIfNoEntry: false })?.uid === somebody
    // A journal is there only while VACUUM writes: until one is left behind.
    do {
      rmSync(job.before, { force: true })
      const running = startJob(job)
      await appears(job.before)
      while (!isTheirs() && !running.ended()) await setTimeout(1)
      await running.kill()
    } while (!isTheirs())
    for (const suffix of ['', ...beside]) {
      const { gid, mode: bits, uid } = statSync(path + suffix)
      expect([uid, gid, bits & 0o777], `live.db${suffix}`).toEqual([somebody, somebody, 0o640])
    }
    const sql = `
      import { DatabaseSync } from 'node:sqlite'
      new DatabaseSync(${JSON.stringify(path)}).exec('DELETE FROM filling WHERE id = 1')`
    const identity = { uid: somebody, gid: somebody }
    const server = spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', sql], {
      ...identity,
      encoding: 'utf8',
    })
    expect(server).toMatchObject({ status: 0, stderr: '' })
    const work = await testEngine().maintainLive(path, job, request({ vacuum: true }))
    expect(work.state).toBe('done')
    expect(statSync(path)).toMatchObject({ uid: somebody, gid: somebody })
    expect(statSync(path).mode & 0o777).toBe(0o640)
  })
})

describe.skipIf(!isRoot)('VACUUM in place on a disk that gets full (needs root, for a small tmpfs)', () => {
  it.each(['wal', 'delete'])('in %s mode leaves the old content, whole', async (mode) => {
    const directory = temporaryDirectory()
    makeLive(join(directory, 'made.db'), { mode, rows: 4000 })
    const disk = temporaryDirectory()
    const size = Math.round(statSync(join(directory, 'made.db')).size * 1.3)
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk])
    try {
      const path = join(disk, 'live.db')
      copyFileSync(join(directory, 'made.db'), path)
      const before = contentOf(path)
      const work = await testEngine().maintainLive(
        path,
        maintainJob(directory, path),
        request({ vacuum: true }),
      )
      expect(work).toMatchObject({ state: 'fault', fault: { kind: 'no-space' } })
      expect(contentOf(path)).toBe(before)
      expect(readdirSync(disk)).toEqual(['live.db'])
    } finally {
      execFileSync('umount', ['--lazy', disk])
    }
  })
})
