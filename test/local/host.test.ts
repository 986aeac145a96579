import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { hours } from '@hubkeeper/core'
import { localHost } from '@hubkeeper/local'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'

const host = localHost({ root: import.meta.dirname, paths: [import.meta.dirname, '/nowhere/at/all'] })

describe('figures of this machine', () => {
  it('are those of each file system once, also for places that are not there yet', async () => {
    const disks = await host.disks()
    expect(new Set(disks.map(({ device }) => device)).size).toBe(disks.length)
    for (const { freeBytes, totalBytes } of disks) {
      expect(totalBytes).toBeGreaterThan(0)
      expect(freeBytes).toBeLessThanOrEqual(totalBytes)
    }
  })

  it('of memory and processors lie between nothing and all', async () => {
    const memory = await host.memory()
    expect(memory?.availableBytes).toBeGreaterThan(0)
    expect(memory?.availableBytes).toBeLessThanOrEqual(memory?.totalBytes ?? 0)
    const cpu = await host.cpu()
    expect(cpu).toBeGreaterThanOrEqual(0)
    expect(cpu).toBeLessThanOrEqual(100)
  })
})

describe('a service', () => {
  async function sleeper(mark: string) {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', mark])
    onTestFinished(() => {
      child.kill('SIGKILL')
    })
    await once(child, 'spawn')
    return child
  }

  it('is recognised by the command line of its process', async () => {
    const mark = `mark-${process.pid}-${Date.now()}`
    expect(await host.service({ process: mark })).toMatchObject({ state: 'stopped' })
    const { pid } = await sleeper(mark)
    expect(await host.service({ process: mark })).toMatchObject({
      state: 'running',
      detail: `process ${pid}`,
    })
    expect(await host.processes(mark)).toMatchObject([{ pid, residentBytes: expect.any(Number) }])
  })

  it('is recognised by its pid file, and a stale one is told', async () => {
    const pidFile = join(temporaryDirectory(), 'hub.pid')
    expect(await host.service({ pidFile })).toMatchObject({ state: 'stopped' })
    const child = await sleeper('by-pid')
    writeFileSync(pidFile, `${child.pid}\n`)
    expect(await host.service({ pidFile })).toMatchObject({ state: 'running' })
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await host.service({ pidFile })).toMatchObject({
      state: 'stopped',
      detail: expect.stringContaining('which is gone'),
    })
    for (const text of ['no number', '', '0', '-1', `${child.pid} 1`]) {
      writeFileSync(pidFile, text)
      expect(await host.service({ pidFile })).toMatchObject({ state: 'unknown' })
    }
  })

  it('is recognised by a pid file relative to the hub, with spaces and more lines in it', async () => {
    const root = temporaryDirectory()
    const { pid } = await sleeper('more-lines')
    writeFileSync(join(root, 'hub.pid'), `  ${pid} \r\n/srv/hub\n8000\n`)
    const here = localHost({ root, paths: [root] })
    expect(await here.service({ pidFile: 'hub.pid' })).toMatchObject({ state: 'running' })
  })

  it('is not mistaken for another process that got its id since', async () => {
    const pidFile = join(temporaryDirectory(), 'hub.pid')
    const { pid } = await sleeper('reused')
    writeFileSync(pidFile, `${pid}\n`)
    const hourAgo = new Date(Date.now() - hours(1))
    utimesSync(pidFile, hourAgo, hourAgo)
    expect(await host.service({ pidFile })).toMatchObject({
      state: 'stopped',
      detail: expect.stringContaining('which is another one'),
    })
  })

  it('whose pid file may not be read is unknown', async () => {
    const pidFile = temporaryDirectory()
    expect(await host.service({ pidFile })).toMatchObject({ state: 'unknown' })
  })

  it.for(['127.0.0.1', '::1', '0.0.0.0', '::'])(
    'is recognised by its port, on %s',
    async (address, { skip }) => {
      const server = createServer()
      const listening = once(server.listen(0, address), 'listening').then(
        () => true,
        () => false,
      )
      skip(!(await listening), `this machine has no ${address}`)
      onTestFinished(() => void server.close())
      const bound = server.address()
      const port = typeof bound === 'object' && bound !== null ? bound.port : 0
      expect(await host.service({ port })).toMatchObject({ state: 'running' })
    },
  )

  it('is stopped when nothing listens on its port any more', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    expect(await host.service({ port })).toMatchObject({ state: 'running' })
    server.close()
    await once(server, 'close')
    expect(await host.service({ port })).toMatchObject({ state: 'stopped' })
  })

  it('whose unit cannot be asked for is unknown or stopped, never running', async () => {
    const { state } = await host.service({ unit: 'hubkeeper-test-there-is-no-such.service' })
    expect(['unknown', 'stopped']).toContain(state)
  })

  it.each([
    ['echo active', 'running', 'hub is active'],
    ['echo failed; exit 3', 'stopped', 'hub is failed'],
    ['echo activating; exit 3', 'stopped', 'hub is activating'],
    ['echo "not booted with systemd" >&2; exit 1', 'unknown', 'no systemd'],
  ])('is what systemctl says of its unit: %s', async (says, state, detail) => {
    // A stand-in for the program: machines that run tests seldom run systemd.
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'systemctl'), `#!/bin/sh\n${says}\n`, { mode: 0o755 })
    vi.stubEnv('PATH', `${directory}:${process.env.PATH}`)
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(await host.service({ unit: 'hub' })).toMatchObject({
      state,
      detail: expect.stringContaining(detail),
    })
  })
})
