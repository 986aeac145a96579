import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import {
  type ConfigInput,
  createLedger,
  days,
  hours,
  keys,
  type Ledger,
  ledgerKeys,
  ledgerPrefix,
  listAll,
  minutes,
  objectRecords,
  reportSchema,
} from '@hubkeeper/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hubkeeper } from '../support/cli.ts'
import { backupsOf, dailyFrom, storeBackups } from '../support/histories.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { environmentOf } from './support/account.ts'
import { type Cloud, deploy } from './support/deployed/cloud.ts'
import { sampleConfig, storeSampleHub } from './support/deployed/hub.ts'
import { freshHub } from './support/deployed/soundness.ts'
import { motoAvailable, needingMoto } from './support/moto.ts'
import { createStorageStack } from './support/storage-stack.ts'

describe.skipIf(!motoAvailable)(needingMoto('freeze and hold of a deployment'), () => {
  const hubs = { demo: sampleConfig(), other: sampleConfig() }
  let cloud: Cloud
  let directory: string

  beforeAll(async () => {
    cloud = await deploy({ hubs })
    await createStorageStack(cloud.proxy.url, {
      name: 'hubkeeper',
      outputs: { HubBucket: cloud.hubBucket, BackupBucket: cloud.backupBucket },
    })
  }, 120_000)
  afterAll(() => cloud?.stop())
  beforeEach(async () => {
    directory = temporaryDirectory()
    configure({ hubs })
    for (const hub of ['demo', 'other']) await storeSampleHub(cloud, hub)
  })

  const configure = (config: ConfigInput) =>
    writeFileSync(join(directory, 'hubkeeper.json'), JSON.stringify(config))
  const command = (...args: string[]) =>
    hubkeeper(directory, [...args, '--hub', 'demo'], { env: environmentOf(cloud.proxy.url) })
  const freeze = (...args: string[]) =>
    command('freeze', '--deployed', '--reason', 'looking into it', '--by', 'anna', ...args)
  const invoke = (task: string, hub = 'demo') => cloud.invoke(task, { hub })

  async function keysBelow(prefix: string): Promise<string[]> {
    const found: string[] = []
    for await (const { key } of listAll(cloud.storeOf('demo'), prefix)) found.push(key)
    return found
  }

  async function findingsOfLast(task: string) {
    const reports = (await keysBelow(keys.reportsOf(task))).filter((key) => key.endsWith('.json'))
    const stored = await cloud.storeOf('demo').get(reports.at(-1) ?? '-')
    return reportSchema.parse(JSON.parse(new TextDecoder().decode(stored?.body))).findings
  }

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
    expect(await keysBelow(keys.backups)).toEqual([])

    expect((await invoke('health-check')).ending).toMatchObject({ kind: 'answer' })
    const found = (await findingsOfLast('health-check')).find(({ check }) => check === 'freeze.forgotten')
    expect(found).toMatchObject({ status: 'ok', actual: expect.stringContaining('frozen by anna') })

    const thawed = await command('thaw', '--deployed')
    expect(thawed).toMatchObject({ code: 0, out: expect.stringContaining('demo was frozen by anna') })
    expect((await invoke('backup')).ending).toMatchObject({ kind: 'answer' })
    expect((await keysBelow(keys.backups)).length).toBeGreaterThan(0)
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
    const stored = await keysBelow(keys.backups)
    await ended
    expect(await keysBelow(keys.backups)).toEqual(stored)
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
    const before = await keysBelow(keys.backups)

    const held = await command('hold', '--deployed', '--reason', 'rows are missing', '--by', 'bert', '--json')
    expect(JSON.parse(held.out)).toMatchObject({ hub: 'demo', hold: { by: 'bert' } })
    expect((await invoke('cleanup')).ending).toMatchObject({ kind: 'answer' })
    expect(await keysBelow(keys.backups)).toEqual(before)
    const applied = (await findingsOfLast('cleanup')).find(({ check }) => check === 'retention.applied')
    expect(applied).toMatchObject({ status: 'skipped' })

    expect((await command('release', '--deployed')).out).toContain('demo was on hold by bert')
    expect((await invoke('cleanup')).ending).toMatchObject({ kind: 'answer' })
    expect((await keysBelow(keys.backups)).length).toBeLessThan(before.length)
  })

  it.each([['freeze', '--reason', 'x'], ['thaw'], ['hold', '--reason', 'x'], ['release']])(
    'where nothing is deployed, %s says so, and does nothing here instead',
    async (...args) => {
      configure({ aws: { name: 'elsewhere' }, hubs })
      const { code, err } = await command(...args, '--deployed')
      expect(code).toBe(3)
      expect(err).toContain('there is no stack elsewhere-storage')
      expect(err).toContain('deploy first: npx cdk deploy --all')
      expect((await command('thaw')).out).toContain('is not frozen')
      expect((await command('release')).out).toContain('is not on hold')
    },
  )
})
