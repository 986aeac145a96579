import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runTask } from '../support/cli.ts'
import { controlledHub } from '../support/controlled-hub.ts'

/** No VACUUM can be forecast to hold its lock for so short a time, seconds. */
const noBudget = { lockBudgetSeconds: 0.000_001 }

describe('maintenance that may stop the server', () => {
  it('stops it for what cannot be done beside it, and starts it again', async () => {
    const hub = await controlledHub()
    const control = { ...hub.control, maintenance: true }
    hub.configure({ database: { authority: 'server', vacuum: noBudget }, control })
    const [hits, bytes] = [await hub.hits(), statSync(hub.database).size]
    const run = await runTask(hub.directory, ['run', 'database-maintenance', '--force'])
    expect(run.code).toBe(0)
    expect(hub.calls()).toEqual(['stop', 'start'])
    expect(run.finding('database.compaction').status).toBe('ok')
    expect(run.finding('content.preserved').status).toBe('ok')
    expect(statSync(hub.database).size).toBeLessThan(bytes)
    expect(hub.value('PRAGMA journal_mode')).toBe('wal')
    expect(await hub.hits()).toBe(hits)
    expect(existsSync(join(hub.directory, 'state/stopped.json'))).toBe(false)
  })

  it.each([
    ['it is not allowed to', { maintenance: false, vacuum: noBudget, args: ['--force'] }],
    ['it is not the time for it', { maintenance: true, vacuum: noBudget, args: [] }],
    [
      'it can be done beside the server',
      { maintenance: true, vacuum: { lockBudgetSeconds: 600 }, args: ['--force'] },
    ],
    ['it is a dry run', { maintenance: true, vacuum: noBudget, args: ['--force', '--dry-run'] }],
  ])('leaves it alone when %s', async (_, { args, maintenance, vacuum }) => {
    const hub = await controlledHub()
    hub.configure({ database: { authority: 'server', vacuum }, control: { ...hub.control, maintenance } })
    const run = await runTask(hub.directory, ['run', 'database-maintenance', ...args])
    expect(run.code).toBe(0)
    expect(hub.calls()).toEqual([])
    expect(hub.pid()).not.toBeNull()
  })
})
