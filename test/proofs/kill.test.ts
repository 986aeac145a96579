import { appendFileSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { days, minutes } from '@hubkeeper/core'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hubkeeper } from '../support/cli.ts'
import { heavy } from '../support/heavy.ts'
import { sampleHub, type TestHub } from '../support/hub.ts'
import { digestOfFile } from './support/content.ts'
import { killedAfter, killedAt, leftovers, pointsOf, stepsOf } from './support/killing.ts'

/** Points of each command, and after how many of them the next run has to set things right. */
const most = heavy ? Number.POSITIVE_INFINITY : 4
const healEvery = heavy ? 1 : 4
const timeout = minutes(heavy ? 120 : 10)

interface Play {
  readonly name: string
  readonly args: readonly string[]
  readonly live: boolean
}

const plays: readonly Play[] = [
  { name: 'a backup of a database at rest', args: ['backup'], live: false },
  { name: 'a backup of a live database', args: ['backup'], live: true },
  {
    name: 'maintenance of a database at rest',
    args: ['run', 'database-maintenance', '--force'],
    live: false,
  },
  { name: 'maintenance of a live database', args: ['run', 'database-maintenance', '--force'], live: true },
  { name: 'a restore of a database at rest', args: ['restore', '--yes'], live: false },
  { name: 'a restore into a live database', args: ['restore', '--yes'], live: true },
]

/** A hub with a proven backup, and a server that has its database open where it is live. */
async function hubFor({ live }: Pick<Play, 'live'>): Promise<{ hub: TestHub; write(): void }> {
  const hub = sampleHub({ articles: 30, journalMode: live ? 'wal' : 'delete' })
  hub.configure({ database: { authority: live ? 'server' : 'offline', crossCheckMaxBytes: 0 } })
  const server = live ? new DatabaseSync(hub.database, { timeout: 5000 }) : null
  onTestFinished(() => server?.close())
  const sql = "INSERT INTO commands VALUES (hex(randomblob(8)), 'committed')"
  const write = () => (server === null ? hub.execute(sql) : server.exec(sql))
  write()
  expect((await hubkeeper(hub.directory, ['backup'])).code).toBe(0)
  return { hub, write }
}

describe('the real command, killed with SIGKILL', { timeout }, () => {
  it.each(plays)('at any step of $name, loses nothing and leaves nothing', async ({ args, live }) => {
    const { hub, write } = await hubFor({ live })
    const backup = digestOfFile(hub.database)
    write()
    const names = await stepsOf(hub, args)
    for (const [turn, point] of pointsOf(names, most).entries()) {
      write()
      const before = digestOfFile(hub.database)
      await killedAt(hub, args, point)
      const where = `killed ${point.when} step ${point.step} of ${names.length}: ${names[point.step - 1]}`
      const [old, aimed] = args[0] === 'restore' ? [before, backup] : [before, before]
      expect([old, aimed], where).toContain(digestOfFile(hub.database))
      if ((turn + 1) % healEvery !== 0) continue
      const healed = await hubkeeper(hub.directory, args)
      expect(healed.code, `${where}\n${healed.out}${healed.err}`).toBe(0)
      expect(digestOfFile(hub.database), where).toBe(aimed)
      expect(leftovers(hub, live), where).toEqual([])
    }
  })

  it('at any step of a log rotation, loses no line', async () => {
    const { hub } = await hubFor({ live: false })
    hub.configure({ logs: { files: ['logs/*.log'] } })
    const args = ['run', 'log-rotation']
    const logs = join(hub.directory, 'logs')
    const lines: string[] = []
    const log = (): void => {
      lines.push(`INFO: line ${lines.length} of the server`)
      appendFileSync(join(logs, 'server.log'), `${lines.at(-1)}\n`)
    }
    const lost = (): string[] => {
      const kept = readdirSync(logs).map((name) => readFileSync(join(logs, name), 'utf8'))
      const all = new Set(kept.join('\n').split('\n'))
      return lines.filter((line) => !all.has(line))
    }
    log()
    const names = await stepsOf(hub, args)
    for (const { step, when } of pointsOf(names, most)) {
      log()
      await killedAt(hub, args, { step, when })
      expect(lost(), `killed ${when} step ${step} of ${names.length}: ${names[step - 1]}`).toEqual([])
    }
    const healed = await hubkeeper(hub.directory, args)
    expect(healed.code, healed.out + healed.err).toBe(0)
    expect(lost()).toEqual([])
    expect(leftovers(hub, false)).toEqual([])
  })

  it('at any step of a cleanup, leaves every backup and the database, and the next one ends it', async () => {
    const { hub } = await hubFor({ live: false })
    const args = ['run', 'cleanup']
    const expired = join(hub.directory, 'tmp')
    const old = new Date(Date.now() - days(3))
    const litter = (): void => {
      mkdirSync(expired, { recursive: true })
      for (const name of ['a.tmp', 'b.tmp']) {
        writeFileSync(join(expired, name), 'x')
        utimesSync(join(expired, name), old, old)
      }
    }
    const before = digestOfFile(hub.database)
    const backups = readdirSync(join(hub.directory, 'backups'), { recursive: true })
    litter()
    const names = await stepsOf(hub, args)
    for (const { step, when } of pointsOf(names, most)) {
      litter()
      await killedAt(hub, args, { step, when })
      const where = `killed ${when} step ${step} of ${names.length}: ${names[step - 1]}`
      expect(digestOfFile(hub.database), where).toBe(before)
      expect(readdirSync(join(hub.directory, 'backups'), { recursive: true }), where).toEqual(backups)
    }
    const healed = await hubkeeper(hub.directory, args)
    expect(healed.code, healed.out + healed.err).toBe(0)
    expect(readdirSync(hub.directory, { recursive: true })).not.toContain('tmp/a.tmp')
    expect(leftovers(hub, false)).toEqual([])
  })

  it('at seeded random times, together with what it started, leaves the content as it was', async () => {
    const { hub } = await hubFor({ live: false })
    const before = digestOfFile(hub.database)
    const args = ['run', 'database-maintenance', '--force']
    const times = fc.sample(fc.integer({ min: 150, max: 1800 }), { numRuns: heavy ? 60 : 4, seed: 1 })
    for (const ms of times) {
      await killedAfter(hub, args, ms)
      expect(digestOfFile(hub.database), `killed after ${ms} ms`).toBe(before)
    }
    expect((await hubkeeper(hub.directory, args)).code).toBe(0)
    expect(leftovers(hub, false)).toEqual([])
  })
})
