import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { hubkeeper, runTask } from '../support/cli.ts'
import { type ControlledHub, controlledHub } from '../support/controlled-hub.ts'
import { everyNth } from '../support/heavy.ts'
import { backupIds } from '../support/hub.ts'

const note = (hub: ControlledHub): string => join(hub.directory, 'state/stopped.json')

const program = join(import.meta.dirname, '../../cli/bin/hubkeeper.cjs')

/** A restore in the moment in which its server is stopped and the work is still ahead. */
async function restoreWhileStopped(hub: ControlledHub) {
  hub.behave({ stop: 'lingers' })
  const child = spawn(process.execPath, [program, 'restore', '--yes', '--json'], { cwd: hub.directory })
  const ended = once(child, 'exit')
  while (!existsSync(note(hub)) || hub.pid() !== null) await setTimeout(10)
  hub.behave({})
  return { child, ended }
}

describe('a restore with commands that stop and start the server', () => {
  it.each(['wal', 'delete'] as const)(
    'happens while it is stopped, and it serves again (%s)',
    async (mode) => {
      const hub = await controlledHub({ journalMode: mode })
      await runTask(hub.directory, ['backup'])
      const [hits, first, { ino, mode: rights }] = [await hub.hits(), hub.pid(), statSync(hub.database)]
      hub.execute('DELETE FROM articles')
      const run = await runTask(hub.directory, ['restore', '--yes'])
      expect(run.code).toBe(0)
      expect(run.finding('content.preserved')).toMatchObject({ status: 'ok' })
      expect(hub.calls()).toEqual(['stop', 'start'])
      expect(hub.pid()).not.toBe(first)
      expect(await hub.hits()).toBe(hits)
      expect(existsSync(note(hub))).toBe(false)
      expect(statSync(hub.database)).toMatchObject({ mode: rights })
      expect(statSync(hub.database).ino).not.toBe(ino)
      expect(hub.value('PRAGMA journal_mode')).toBe(mode)
      expect(run.finding('content.preserved').evidence.join()).not.toContain('committed')
      expect((await runTask(hub.directory, ['restore', '--undo', '--yes'])).code).toBe(0)
      expect(await hub.hits()).toBe(0)
    },
  )

  it('in a dry run says so, and stops nothing', async () => {
    const hub = await controlledHub()
    await runTask(hub.directory, ['backup'])
    const run = await runTask(hub.directory, ['restore', '--dry-run'])
    expect(run.finding('content.preserved').actual).toContain('its server stopped')
    expect(hub.calls()).toEqual([])
  })

  it('loses nothing that the server commits until it is stopped', async () => {
    const hub = await controlledHub()
    await runTask(hub.directory, ['backup'])
    await fetch(`${hub.url}/misbehave`, { method: 'POST', body: '{"writing": 5}' })
    const asked = async (): Promise<number> => {
      const value: unknown = await (await fetch(`${hub.url}/misbehave`)).json()
      return typeof value === 'object' && value !== null && 'acknowledged' in value
        ? Number(value.acknowledged)
        : 0
    }
    while ((await asked()) < 20) await setTimeout(10)
    // The last answer before it is stopped is the least that has to be kept.
    let acknowledged = 0
    const restored = runTask(hub.directory, ['restore', '--yes'])
    const watching = (async () => {
      for (;;) acknowledged = Math.max(acknowledged, await asked())
    })().catch(() => {})
    await restored
    await watching.finally(() => {})
    expect(acknowledged).toBeGreaterThan(0)
    const safety = backupIds(hub).at(-1) ?? ''
    const copy = new DatabaseSync(join(hub.directory, 'backups', safety, 'hub.db'), { readOnly: true })
    const kept = Number(copy.prepare('SELECT count(*) AS n FROM visits').get()?.n)
    copy.close()
    expect(kept).toBeGreaterThanOrEqual(acknowledged)
  })

  it('replaces a file that is no database any more', async () => {
    const hub = await controlledHub()
    await runTask(hub.directory, ['backup'])
    const hits = await hub.hits()
    process.kill(hub.pid() ?? 0, 'SIGTERM')
    while (hub.pid() !== null) await setTimeout(10)
    writeFileSync(hub.database, 'this was a database once\n'.repeat(50))
    hub.configure({
      database: { authority: 'server' },
      control: { ...hub.control, stop: [process.execPath, '-e', '0'] },
    })
    const run = await runTask(hub.directory, ['restore', '--yes'])
    expect(run.code).toBe(0)
    expect(await hub.hits()).toBe(hits)
  })

  it('goes into the live file when somebody has it open all the same, and says who', async () => {
    const hub = await controlledHub()
    await runTask(hub.directory, ['backup'])
    const [hits, { ino }, pid] = [await hub.hits(), statSync(hub.database), hub.pid()]
    hub.execute('DELETE FROM articles')
    hub.behave({ stop: 'leaves it running' })
    const run = await runTask(hub.directory, ['restore', '--yes'])
    expect(run.code).toBe(0)
    expect(run.finding('content.preserved').evidence.join()).toMatch(
      new RegExp(`into the live file, since process ${pid} .*has it open`),
    )
    expect(statSync(hub.database).ino).toBe(ino)
    expect(await hub.hits()).toBe(hits)
  })
})

describe('commands that do not do their work', () => {
  it('a stop command that fails: nothing is touched, and the server runs', async () => {
    const hub = await controlledHub()
    await runTask(hub.directory, ['backup'])
    hub.execute('DELETE FROM articles')
    hub.behave({ stop: 'fails' })
    const run = await runTask(hub.directory, ['restore', '--yes'])
    expect(run.code).toBe(3)
    expect(run.report.error).toMatchObject({
      code: 'hub-control',
      message: expect.stringMatching(/stop command .*stop\.mjs ended with code 5: stopping\nno such unit/),
    })
    expect(await hub.hits()).toBe(0)
    expect(readdirSync(join(hub.directory, 'backups'))).toHaveLength(1)
    expect(existsSync(note(hub))).toBe(false)
  })

  it('a stop command that hangs is ended at its limit, with what it started', async () => {
    const hub = await controlledHub({ control: { timeoutSeconds: 1 } })
    await runTask(hub.directory, ['backup'])
    hub.behave({ stop: 'hangs' })
    const run = await runTask(hub.directory, ['restore', '--yes'])
    expect(run.code).toBe(3)
    expect(run.report.error?.message).toMatch(/stop\.mjs did not end in 1\.0 s and was killed/)
    expect(await hub.hits()).toBeGreaterThan(0)
  })

  it('a stop command that is not there: nothing is run at all', async () => {
    const hub = await controlledHub({ control: { stop: ['hubkeeper-no-such-program'] } })
    await runTask(hub.directory, ['backup'])
    const run = await runTask(hub.directory, ['restore', '--yes'])
    expect(run.code).toBe(3)
    expect(run.report.error).toMatchObject({
      code: 'hub-control',
      message: expect.stringContaining('there is no such program'),
    })
    expect([hub.calls(), existsSync(note(hub))]).toEqual([[], false])
  })

  it('a start command that fails: what was done is told, and how to start by hand', async () => {
    const hub = await controlledHub()
    await runTask(hub.directory, ['backup'])
    const before = hub.value('SELECT count(*) FROM articles')
    hub.execute('DELETE FROM articles')
    hub.behave({ start: 'fails' })
    const run = await runTask(hub.directory, ['restore', '--yes'])
    expect(run.code).toBe(3)
    expect(run.report.error?.message).toMatch(
      /the hub is left stopped: the start command .* ended with code 7: port \d+ is haunted; what it was stopped for is done/,
    )
    expect(run.report.error?.hint).toContain(`start it by hand: cd ${hub.directory} && `)
    expect(hub.value('SELECT count(*) FROM articles')).toBe(before)
    // Whoever comes next tries again, and says when it cannot either.
    const still = await runTask(hub.directory, ['run', 'health-check'])
    expect(still.finding('services.running', 'hub')).toMatchObject({ status: 'critical' })
    hub.behave({})
    const mended = await runTask(hub.directory, ['run', 'health-check'])
    expect(mended.finding('services.running', 'hub')).toMatchObject({
      status: 'warning',
      actual: expect.stringContaining(`run ${run.report.run} left it stopped since`),
    })
    expect(hub.pid()).not.toBeNull()
  })
})

describe('a restore that is ended while the server is stopped', () => {
  it('by SIGKILL: the next health check starts the server, and tells', async () => {
    const hub = await controlledHub()
    await runTask(hub.directory, ['backup'])
    const { child, ended } = await restoreWhileStopped(hub)
    child.kill('SIGKILL')
    await ended
    expect(hub.pid()).toBeNull()
    const doctor = await hubkeeper(hub.directory, ['doctor'])
    expect(doctor.out).toMatch(/left the server stopped since/)
    expect(hub.pid()).toBeNull()
    const dry = await runTask(hub.directory, ['run', 'health-check', '--dry-run'])
    expect(dry.finding('services.running', 'hub').actual).toContain('a dry run does not start it')
    expect(hub.pid()).toBeNull()
    const run = await runTask(hub.directory, ['run', 'health-check'])
    expect(run.finding('services.running', 'hub')).toMatchObject({
      status: 'warning',
      actual: expect.stringMatching(/^run \w{26} left it stopped since .*; it was started again$/),
    })
    expect(await hub.hits()).toBeGreaterThan(0)
    const after = await runTask(hub.directory, ['run', 'health-check'])
    expect(after.report.findings.filter(({ subject }) => subject === 'hub')).toEqual([])
  })

  it('by SIGKILL: another restore takes over, and starts the server', async () => {
    const hub = await controlledHub()
    await runTask(hub.directory, ['backup'])
    const { child, ended } = await restoreWhileStopped(hub)
    child.kill('SIGKILL')
    await ended
    hub.configure({
      database: { authority: 'server' },
      control: { ...hub.control, stop: [process.execPath, '-e', '0'] },
    })
    const run = await runTask(hub.directory, ['restore', '--yes'])
    expect(run.finding('services.running', 'hub')).toMatchObject({ status: 'warning' })
    expect(await hub.hits()).toBeGreaterThan(0)
  })

  it.each(everyNth(['SIGTERM', 'SIGINT'] as const, 2))(
    'by %s: nothing more is changed, and it is started again',
    async (signal) => {
      const hub = await controlledHub()
      await runTask(hub.directory, ['backup'])
      hub.execute('DELETE FROM articles')
      const { child, ended } = await restoreWhileStopped(hub)
      child.kill(signal)
      expect(await ended).toEqual([null, signal])
      expect(await hub.hits()).toBe(0)
      expect(existsSync(note(hub))).toBe(false)
      expect(readdirSync(join(hub.directory, 'backups'))).toHaveLength(1)
      expect(readFileSync(join(hub.directory, 'calls'), 'utf8')).toBe('stop\nstart\n')
    },
  )
})
