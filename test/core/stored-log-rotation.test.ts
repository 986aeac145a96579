import {
  type ConfigInput,
  days,
  grantsOf,
  hubSchema,
  type LogRotator,
  type ObjectStore,
  restrictStore,
  type TaskResult,
} from '@hubkeeper/core'
import { describe, expect, it } from 'vitest'
import { logRotation } from '../../functions/log-rotation/task.ts'
import { logsKeptElsewhere, storedLogRotator } from '../../layers/aws/src/stored-log-rotator.ts'
import { storedLogs } from '../../layers/aws/src/stored-logs.ts'
import { memoryStore } from '../fakes/memory-store.ts'
import { contextOf, quietLedger } from '../support/context.ts'

type LogsInput = NonNullable<ConfigInput['hubs'][string]['logs']>

/** A month after everything was stored. */
const at = new Date(Date.now() + days(30))

async function hubWith(logs: LogsInput, objects: readonly string[]) {
  const store = memoryStore()
  for (const key of objects) await store.put(key, 'a line\n')
  const hub = { ...hubSchema.parse({ database: { path: 'knowledge/hub.db' }, logs }), id: 'hub' }
  const granted = (inner: ObjectStore = store): ObjectStore =>
    restrictStore(inner, grantsOf({ logs: 'rotate' }, hub), 'log-rotation')
  const rotatorOf = (inner?: ObjectStore): LogRotator =>
    storedLogRotator({ store: granted(inner), hub, fence: async () => {} })
  const run = (logs: LogRotator = rotatorOf()): Promise<TaskResult> =>
    logRotation.start(contextOf(hub, at), async () => ({ logs, ledger: quietLedger() }), {})
  return { store, rotatorOf, run }
}

const dated = 'logs/app.log.2026-01-01'

describe('logs in a bucket', () => {
  it('are not rotated: rotated ones are deleted, and no live one, however old', async () => {
    const keys = ['logs/app.log', dated, 'logs/app.log.1', 'logs/worker-1.log', 'logs/note.txt']
    const { run, store } = await hubWith({ files: ['logs/*.log'] }, keys)
    const { findings, figures = [] } = await run()
    expect(findings).toMatchObject([
      { subject: null, actual: 'not rotated: logs in a bucket are whole objects' },
      { subject: 'logs/app.log', status: 'ok', actual: '2 deleted' },
      { subject: 'logs/worker-1.log', actual: 'nothing to do' },
    ])
    expect(store.keys()).toEqual(['logs/app.log', 'logs/note.txt', 'logs/worker-1.log'])
    expect(figures.find(({ name }) => name === 'logs.freed')?.value).toBe(14)
  })

  it('are kept when they were replaced after they were listed', async () => {
    const { rotatorOf, run, store } = await hubWith({ files: ['logs/*.log'] }, [dated])
    const rotator = rotatorOf({
      ...store,
      async delete(key, condition) {
        await store.put(key, 'another\n')
        return store.delete(key, condition)
      },
    })
    expect((await run(rotator)).findings).toMatchObject([
      { status: 'ok' },
      { status: 'warning', actual: '0 of 1 done' },
    ])
    expect(store.keys()).toEqual([dated])
  })

  it('are deleted in folders of logs only: next to the database they are left, with the reason', async () => {
    const beside = 'knowledge/app.log.2026-01-01'
    const { run, store } = await hubWith({ files: ['knowledge/*.log', 'logs/*.log'] }, [
      beside,
      'knowledge/hub.db',
      dated,
    ])
    const { findings } = await run()
    expect(findings[0]?.actual).toContain('knowledge/*.log match may not be deleted from here')
    expect(store.keys()).toEqual([beside, 'knowledge/hub.db'])
  })

  it('are skipped where there is no such folder', async () => {
    const { run, store } = await hubWith({ files: ['**/*.log'] }, [dated])
    expect((await run()).findings).toMatchObject([
      {
        status: 'skipped',
        actual: 'logs are deleted from a folder of their own only, and **/*.log name none',
      },
    ])
    expect(store.keys()).toEqual([dated])
  })

  it('are read with what was rotated, whatever the globs leave out', async () => {
    const { store } = await hubWith({ files: ['logs/*.log'] }, ['logs/app.log', dated, 'logs/note.txt'])
    const files = await storedLogs({ store, patterns: ['logs/*.log'] }).files()
    expect(files.map(({ key }) => key)).toEqual(['logs/app.log', dated])
  })
})

describe('logs in a log group', () => {
  it('are skipped: the group looks after them by itself', async () => {
    const { run, store } = await hubWith({ files: ['logs/*.log'], logGroup: '/hub/app' }, [dated])
    const source = storedLogs({ store, patterns: [] })
    const reason = 'the log group /hub/app deletes its events by its own retention'
    expect((await run(logsKeptElsewhere(source, reason))).findings).toMatchObject([
      { status: 'skipped', actual: reason },
    ])
  })
})
