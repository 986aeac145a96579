import { setTimeout } from 'node:timers/promises'
import {
  createLedger,
  days,
  hours,
  keys,
  type Ledger,
  ledgerKeys,
  ledgerPrefix,
  minutes,
  objectRecords,
} from '@hubkeeper/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { backupsOf, dailyFrom, storeBackups } from '../support/histories.ts'
import type { Cloud } from './support/deployed/cloud.ts'
import { sampleConfig, storeSampleHub } from './support/deployed/hub.ts'
import { deployForCommand, type Machine, machineAt } from './support/deployed/machine.ts'
import { freshHub } from './support/deployed/soundness.ts'
import { keysBelow, newestReport } from './support/deployed/stored.ts'
import { motoAvailable, needingMoto } from './support/moto.ts'

describe.skipIf(!motoAvailable)(needingMoto('freeze and hold of a deployment'), () => {
  const hubs = { demo: sampleConfig(), other: sampleConfig() }
  let cloud: Cloud
  let machine: Machine

  beforeAll(async () => {
    cloud = await deployForCommand(hubs)
  }, 120_000)
  afterAll(() => cloud?.stop())
  beforeEach(async () => {
    machine = machineAt(cloud.proxy.url, { hubs })
    for (const hub of ['demo', 'other']) await storeSampleHub(cloud, hub)
  })

  const command = (...args: string[]) => machine.command([...args, '--hub', 'demo'])
  const freeze = (...args: string[]) =>
    command('freeze', '--deployed', '--reason', 'looking into it', '--by', 'anna', ...args)
  const invoke = (task: string, hub = 'demo') => cloud.invoke(task, { hub })

  const backupKeys = () => keysBelow(cloud, 'demo', keys.backups)
  const findingsOfLast = async (task: string) => (await newestReport(cloud, 'demo', task)).findings

  /** The ledger as a function opens it. */
  const ledger = (): Ledger =>
    createLedger({
      records: objectRecords({ store: cloud.storeOf('demo'), prefix: ledgerPrefix }),
      namespace: '',
      hub: 'demo',
      timeZone: 'Europe/Berlin',
      tasks: [],
      now: () => new Date(),
    })

  it('a frozen hub is changed by no function, and still checked by one, until it is thawed', async () => {
    const frozen = await freeze('--json')
    expect(frozen).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(frozen.out)).toMatchObject({
      schema: 1,
      hub: 'demo',
      freeze: { by: 'anna', reason: 'looking into it', until: null },
      writer: null,
    })

    const { ending } = await invoke('backup')
    expect(ending).toMatchObject({
      kind: 'error',
      type: 'frozen',
      message: expect.stringContaining('frozen by anna'),
    })
    expect(ending).toMatchObject({ message: expect.stringContaining('hubkeeper thaw; with --deployed') })
    expect(await backupKeys()).toEqual([])

    expect((await invoke('health-check')).ending).toMatchObject({ kind: 'answer' })
    const found = (await findingsOfLast('health-check')).find(({ check }) => check === 'freeze.forgotten')
    expect(found).toMatchObject({ status: 'ok', actual: expect.stringContaining('frozen by anna') })

    const thawed = await command('thaw', '--deployed')
    expect(thawed).toMatchObject({ code: 0, out: expect.stringContaining('demo was frozen by anna') })
    expect((await invoke('backup')).ending).toMatchObject({ kind: 'answer' })
    expect((await backupKeys()).length).toBeGreaterThan(0)
    expect((await command('thaw', '--deployed')).out).toContain('demo is not frozen')
  })

  it('a freeze is of one hub, and of the deployment alone', async () => {
    const { out } = await freeze()
    expect(out).toContain('end it with hubkeeper thaw --deployed')
    expect((await invoke('backup', 'other')).ending).toMatchObject({ kind: 'answer' })
    expect((await command('thaw')).out).toContain('demo is not frozen')
    expect((await command('thaw', '--deployed')).out).toContain('demo was frozen by anna')
  })

  it('a freeze returns when the function that was writing has stopped', async () => {
    const running = invoke('backup')
    let over = false
    const ended = running.finally(() => {
      over = true
    })
    const lease = `${ledgerPrefix}${ledgerKeys.writeLease}.json`
    while (!over && (await cloud.storeOf('demo').head(lease)) === null) await setTimeout(50)
    expect((await freeze()).code).toBe(0)
    const stored = await backupKeys()
    await ended
    expect(await backupKeys()).toEqual(stored)
    await command('thaw', '--deployed')
  })

  it('a freeze waits for whoever holds the write lease, and says who that is', async () => {
    const request = { owner: 'lambda/1', holder: 'backup (run 01A)', lease: minutes(16) }
    const lease = await ledger().acquireWriteLease(request)
    const from = cloud.proxy.calls.length
    const freezing = freeze()
    const looked = () =>
      cloud.proxy.calls
        .slice(from)
        .some(({ key, status }) => key.endsWith('/leases/write.json') && status === 200)
    while (!looked()) await setTimeout(50)
    await lease.release()
    const { code, err, out } = await freezing
    expect({ code, err }).toMatchObject({
      code: 0,
      err: expect.stringContaining('waiting for backup (run 01A), at most 30 min; its lease ends 20'),
    })
    expect(out).toContain('nothing changes it now')
    await command('thaw', '--deployed')
  })

  it('while retention is held, no backup is deleted; released, those past their time are', async () => {
    await freshHub(cloud, 'demo')
    const past = [
      ...dailyFrom(new Date(Date.now() - days(60)), 14),
      { takenAt: new Date(Date.now() - hours(1)) },
    ]
    await storeBackups(cloud.storeOf('demo'), backupsOf(past))
    const before = await backupKeys()

    const held = await command('hold', '--deployed', '--reason', 'rows are missing', '--by', 'bert', '--json')
    expect(JSON.parse(held.out)).toMatchObject({ hub: 'demo', hold: { by: 'bert' } })
    expect((await invoke('cleanup')).ending).toMatchObject({ kind: 'answer' })
    expect(await backupKeys()).toEqual(before)
    const applied = (await findingsOfLast('cleanup')).find(({ check }) => check === 'retention.applied')
    expect(applied).toMatchObject({ status: 'skipped' })

    expect((await command('release', '--deployed')).out).toContain('demo was on hold by bert')
    expect((await invoke('cleanup')).ending).toMatchObject({ kind: 'answer' })
    expect((await backupKeys()).length).toBeLessThan(before.length)
  })

  it.each([['freeze', '--reason', 'x'], ['thaw'], ['hold', '--reason', 'x'], ['release']])(
    'where nothing is deployed, %s says so, and does nothing here instead',
    async (...args) => {
      machine.configure({ aws: { name: 'elsewhere' }, hubs })
      const { code, err } = await command(...args, '--deployed')
      expect(code).toBe(3)
      expect(err).toContain('there is no stack elsewhere-storage')
      expect(err).toContain('deploy first: npx cdk deploy --all')
      expect((await command('thaw')).out).toContain('is not frozen')
      expect((await command('release')).out).toContain('is not on hold')
    },
  )
})
