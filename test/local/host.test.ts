import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { localHost } from '@hubkeeper/local'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'

const host = localHost({ paths: [temporaryDirectoryOutside(), '/nowhere/at/all'] })

function temporaryDirectoryOutside(): string {
  return import.meta.dirname
}

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
    writeFileSync(pidFile, 'no number')
    expect(await host.service({ pidFile })).toMatchObject({ state: 'unknown' })
  })

  it('is recognised by its port', async () => {
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
})
