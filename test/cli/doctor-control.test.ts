import { chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hubkeeper } from '../support/cli.ts'
import { sampleHub, type TestHub } from '../support/hub.ts'

const isRoot = process.getuid?.() === 0

interface Seen {
  readonly name: string
  readonly status: string
  readonly detail: string
  readonly fix: string | null
}

async function doctor(hub: TestHub): Promise<readonly Seen[]> {
  const { out } = await hubkeeper(hub.directory, ['doctor', '--json'])
  const { hubs }: { hubs: { checks: Seen[] }[] } = JSON.parse(out)
  return hubs.flatMap(({ checks }) => checks)
}

describe('doctor, of the commands that stop and start the server', () => {
  it('finds them on the PATH and in the hub’s directory, and says which is not to be found', async () => {
    const hub = sampleHub()
    hub.configure({ control: { stop: ['sh', '-c', 'true'], start: ['./bin/start'] } })
    mkdirSync(join(hub.directory, 'bin'))
    // It is there, but nobody may run it.
    writeFileSync(join(hub.directory, 'bin/start'), '#!/bin/sh\n', { mode: 0o644 })
    const checks = await doctor(hub)
    expect(checks).toContainEqual(
      expect.objectContaining({ name: 'stop command', status: 'ok', detail: expect.stringMatching(/\/sh$/) }),
    )
    expect(checks).toContainEqual(
      expect.objectContaining({
        name: 'start command',
        status: 'critical',
        detail: `there is no ${join(hub.directory, 'bin/start')} that this user may run`,
        fix: expect.stringContaining('correct control.start'),
      }),
    )
  })

  it('tells of a server that is left stopped', async () => {
    const hub = sampleHub()
    const note = {
      schema: 1,
      run: '01JDABCDEFGHJKMNPQRSTVWXYZ',
      since: '2026-11-20T10:00:00.000Z',
      owner: null,
    }
    mkdirSync(join(hub.directory, 'state'))
    writeFileSync(join(hub.directory, 'state/stopped.json'), JSON.stringify(note))
    expect(await doctor(hub)).toContainEqual({
      name: 'stopped',
      status: 'critical',
      detail: `run ${note.run} left the server stopped since ${note.since}`,
      fix: 'start it, then delete state/stopped.json',
    })
  })
})

describe.skipIf(!isRoot)('doctor, of owners (needs root)', () => {
  it('tells root whose the database is, and whose its WAL should be', async () => {
    const hub = sampleHub()
    chownSync(hub.database, 65_534, 65_534)
    writeFileSync(`${hub.database}-wal`, '')
    const owners = (await doctor(hub)).filter(({ name }) => name === 'owner')
    expect(owners).toEqual([
      expect.objectContaining({
        status: 'warning',
        detail: expect.stringContaining('belongs to user 65534, this is root'),
        fix: 'run hubkeeper as user 65534',
      }),
      expect.objectContaining({
        status: 'critical',
        detail: expect.stringContaining('hub.db-wal belongs to user 0, the database to user 65534'),
      }),
    ])
  })

  it('tells of what a run as another user left that this one cannot write', async () => {
    const hub = sampleHub()
    await hubkeeper(hub.directory, ['backup'])
    for (const path of [hub.directory, join(hub.directory, '..'), join(hub.directory, 'state')])
      chownSync(path, 65_534, 65_534)
    const { out } = await hubkeeper(hub.directory, ['doctor', '--json'], { uid: 65_534 })
    expect(out).toContain('state/ledger.db belongs to user 0 and cannot be written')
  })
})
