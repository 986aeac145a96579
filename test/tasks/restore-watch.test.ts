import { copyFileSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { runTask } from '../support/cli.ts'
import { sampleHub, type TestHub } from '../support/hub.ts'

const checksOf = ({ report }: Awaited<ReturnType<typeof runTask>>): string[] =>
  report.findings.map(({ check }) => check)

/** A hub whose server loads the stored object and publishes its own copy of it, whole. */
function loadingHub(): { hub: TestHub; load(): void; publish(): void } {
  const hub = sampleHub({ articles: 20 })
  hub.configure({ database: { authority: 'store', crossCheckMaxBytes: 0 } })
  const loaded = join(hub.directory, '..', 'loaded.db')
  return {
    hub,
    load: () => copyFileSync(hub.database, loaded),
    publish() {
      const next = join(hub.directory, '..', 'next.db')
      copyFileSync(loaded, next)
      renameSync(next, hub.database)
    },
  }
}

describe('after a restore, a server that still holds the old content', () => {
  it('is noticed when it puts that back, by the health check and the next backup', async () => {
    const { hub, load, publish } = loadingHub()
    await runTask(hub.directory, ['backup'])
    hub.execute("INSERT INTO commands VALUES ('later', 'row')")
    load()
    await runTask(hub.directory, ['restore', '--yes', '--watch', '0'])
    const soon = await runTask(hub.directory, ['run', 'health-check'])
    expect(soon.finding('restore.held')).toMatchObject({
      status: 'skipped',
      actual: expect.stringContaining('not known yet'),
    })
    publish()
    for (const args of [['run', 'health-check'], ['backup']]) {
      const looked = await runTask(hub.directory, args)
      expect(looked.code, args.join(' ')).toBe(1)
      expect(looked.finding('restore.held')).toMatchObject({
        status: 'critical',
        actual: 'the content that was replaced is back',
        advice: expect.stringContaining('hubkeeper restore'),
      })
    }
  })

  it('is looked out for until the hub has gone on from what was restored', async () => {
    const { hub } = loadingHub()
    await runTask(hub.directory, ['backup'])
    hub.execute("INSERT INTO commands VALUES ('later', 'row')")
    await runTask(hub.directory, ['restore', '--yes', '--watch', '0'])
    hub.execute('DELETE FROM articles WHERE id = (SELECT min(id) FROM articles)')
    expect((await runTask(hub.directory, ['backup'])).finding('restore.held')).toMatchObject({
      status: 'ok',
      actual: 'the hub goes on from it: table commands is as restored',
    })
    expect(checksOf(await runTask(hub.directory, ['run', 'health-check']))).not.toContain('restore.held')
    expect(checksOf(await runTask(hub.directory, ['backup']))).not.toContain('restore.held')
  })

  it('is noticed by the restore itself, which watches for a while', async () => {
    const { hub, load, publish } = loadingHub()
    await runTask(hub.directory, ['backup'])
    hub.execute("INSERT INTO commands VALUES ('later', 'row')")
    load()
    const before = readFileSync(hub.database)
    const restored = runTask(hub.directory, ['restore', '--yes', '--watch', '600'])
    const done = () => readFileSync(join(hub.directory, 'state/backups/restoration.json'), 'utf8')
    const isDone = () => {
      try {
        return JSON.parse(done()).finishedAt !== null
      } catch {
        return false
      }
    }
    while (!isDone()) await setTimeout(20)
    expect(readFileSync(hub.database).equals(before)).toBe(false)
    publish()
    const { code, finding } = await restored
    expect(code).toBe(1)
    expect(finding('restore.held')).toMatchObject({ status: 'critical' })
  })

  it('is not looked out for where nobody has the database open', async () => {
    const hub = sampleHub({ articles: 20 })
    await runTask(hub.directory, ['backup'])
    hub.execute("INSERT INTO commands VALUES ('later', 'row')")
    expect(checksOf(await runTask(hub.directory, ['restore', '--yes']))).not.toContain('restore.held')
    expect(checksOf(await runTask(hub.directory, ['run', 'health-check']))).not.toContain('restore.held')
  })
})
