import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { everyNth } from '../support/heavy.ts'
import { type Cloud, deploy } from './support/deployed/cloud.ts'
import { sampleConfig } from './support/deployed/hub.ts'
import {
  answered,
  before,
  maintenanceWrites,
  meet,
  operation,
  point,
  slotEvent,
} from './support/deployed/points.ts'
import type { Ending } from './support/deployed/sandbox.ts'
import { type LambdaService, startService } from './support/deployed/service.ts'
import {
  alertsTo,
  databaseOf,
  expectHonestBackups,
  expectSound,
  freshHub,
  type Stored,
} from './support/deployed/soundness.ts'
import { bytesOf, databaseKey, reportsOf } from './support/deployed/stored.ts'
import { motoAvailable, needingMoto } from './support/moto.ts'
import { type Fault, refusals } from './support/s3-proxy.ts'

const lease = 'state/ledger/leases/write.json'
const maintenance = 'database-maintenance'
const forever = 10_000
const ok = { kind: 'answer', value: { status: 'ok' } }
const failing = (type: string) => ({ kind: 'error', type })

describe.skipIf(!motoAvailable)(needingMoto('a deployed function in trouble'), () => {
  let cloud: Cloud
  let service: LambdaService
  let hub: string
  let old: Stored
  const hubs = ['one', 'two', 'three', 'four']
  let turn = 0

  /** A stand-in of its own for each group: it becomes slow with all that it has to remember. */
  function onFreshCloud(): void {
    beforeAll(async () => {
      cloud = await deploy({ hubs: Object.fromEntries(hubs.map((name) => [name, sampleConfig()])) })
      service = await startService(cloud)
    })
    afterAll(() => cloud?.stop())
  }

  beforeEach(async () => {
    hub = hubs[turn++ % hubs.length] ?? ''
    old = await freshHub(cloud, hub)
  })

  afterEach(() => clear())

  /** Ends all faults: what waits for a call that never came must not meet the next test. */
  function clear(): void {
    const { authorize, mayList } = cloud.proxy
    cloud.proxy.reset()
    Object.assign(cloud.proxy, { authorize, mayList })
  }

  const run = async (task: string, event: object = { hub, force: true }): Promise<Ending> =>
    (await cloud.invoke(task, event)).ending

  /** The rows and backups are as they must be, and the next run finds nothing in its way. */
  async function expectRecovery(): Promise<void> {
    await expectSound(cloud, hub, old)
    clear()
    expect(await run(maintenance), 'the next run').toMatchObject(ok)
    await expectSound(cloud, hub, old)
    expect(await expectHonestBackups(cloud, hub)).toBeGreaterThan(0)
  }

  describe('that S3 asks to slow down', () => {
    onFreshCloud()

    it.each(everyNth([maintenance, 'backup'], 2))(
      'does %s after bursts of it on all that matters',
      async (task) => {
        for (const name of ['GetObject', 'PutObject', 'UploadPartCopy', 'CompleteMultipartUpload']) {
          meet(cloud, hub, operation(name, /hub\.db$|manifest/), { fault: refusals.slowDown, times: 2 })
        }
        expect(await run(task)).toMatchObject(ok)
        expect(cloud.proxy.faults, 'the faults were met').toEqual([])
        await expectRecovery()
      },
    )

    const calls: readonly (readonly [string, string, RegExp])[] = [
      ['backup', 'PutObject', /manifest/],
      [maintenance, 'PutObject', /hub\.db$/],
      ['backup', 'GetObject', /hub\.db$/],
      ['backup', 'UploadPartCopy', /./],
      ['backup', 'CompleteMultipartUpload', /./],
      [maintenance, 'UploadPartCopy', /./],
    ]
    it.each(everyNth(calls, 6))(
      'gives %s up after minutes of it on %s, and alerts',
      async (task, name, pattern) => {
        meet(cloud, hub, operation(name, pattern), { fault: refusals.slowDown, times: forever })
        expect(await run(task)).toMatchObject(failing('throttled'))
        expect(await bytesOf(cloud, hub)).toEqual(old.bytes)
        expect(await reportsOf(cloud, hub, task)).toMatchObject([{ error: { code: 'throttled' } }])
        expect(alertsTo(cloud, 'on-call', hub)).toMatchObject([expect.stringContaining('slow down')])
        await expectRecovery()
      },
    )

    it('leaves a dead letter where not even a claim can be made', async () => {
      meet(cloud, hub, operation('GetObject', /ledger/), { fault: refusals.slowDown, times: forever })
      const event = slotEvent('backup', hub, 0)
      expect(await service.deliver('backup', event)).toMatchObject(Array(3).fill(failing('throttled')))
      expect(await service.deadLetters()).toMatchObject([
        { requestPayload: event, responsePayload: { errorType: 'throttled' } },
      ])
      expect(await bytesOf(cloud, hub)).toEqual(old.bytes)
      await expectRecovery()
    }, 180_000)
  })

  describe('whose conditional write goes wrong', () => {
    onFreshCloud()

    const mishaps: readonly (readonly [string, Fault])[] = [
      ['whose answer is lost', 'cut-after'],
      ['that is cut before', 'cut'],
      ['that is refused with 409', refusals.conflict],
      ['whose answer breaks off', 'cut-body'],
    ]
    it.each(everyNth(mishaps, 2))(
      'by every write of maintenance %s, does its work once',
      async (_, fault) => {
        for (const { match } of maintenanceWrites) meet(cloud, hub, match, { fault })
        expect(await run(maintenance)).toMatchObject(ok)
        expect(cloud.proxy.faults, 'every fault was met').toEqual([])
        expect(await expectHonestBackups(cloud, hub), 'backups').toBe(1)
        expect((await bytesOf(cloud, hub)).length).toBeLessThan(old.bytes.length)
        await expectRecovery()
      },
    )

    // Each after the lease starts the work over, and there are three attempts.
    it.each(
      everyNth(
        [
          [['the claim', 'the record of punctuality', 'the write lease']],
          [['the completion of the copy', 'the manifest']],
          [['the announcement of the certificate']],
          [['the certificate', 'the head of the certificates']],
          [['the publish of the database']],
        ],
        4,
      ),
    )('by 412 once at %j, reads anew', async (names) => {
      for (const name of names) meet(cloud, hub, point(name).match, { fault: refusals.unmet })
      expect(await run(maintenance)).toMatchObject(ok)
      expect(cloud.proxy.faults, 'every fault was met').toEqual([])
      await expectRecovery()
    })

    it.each(
      everyNth(
        [
          ['the report', 'precondition-failed'],
          ['the end of the claim', 'lease-lost'],
        ],
        2,
      ),
    )('with 412 at %s ends as an error, for it would be silent otherwise', async (name, code) => {
      meet(cloud, hub, point(name).match, { fault: refusals.unmet })
      expect(await run(maintenance)).toMatchObject(failing(code))
      await expectRecovery()
    })

    it.each(
      everyNth(
        ['the publish of the database', 'the completion of the copy', 'the head of the certificates'],
        3,
      ),
    )('with 412 every time, at %s, says that it is contended and replaces nothing', async (name) => {
      meet(cloud, hub, point(name).match, { fault: refusals.unmet, times: forever })
      expect(await run(maintenance)).toMatchObject({ kind: 'answer', value: { status: 'warning' } })
      const [report] = await reportsOf(cloud, hub, maintenance)
      expect(report?.findings.map(({ check }) => check)).toEqual(['custody.contended'])
      expect(alertsTo(cloud, 'team', hub)).toMatchObject([expect.stringContaining('at a quieter time')])
      expect(await bytesOf(cloud, hub)).toEqual(old.bytes)
      await expectRecovery()
    })

    it.each(everyNth(['the write lease', 'the claim'], 2))(
      'with 412 every time, at %s, gives up in time',
      async (name) => {
        meet(cloud, hub, point(name).match, { fault: refusals.unmet, times: forever })
        const { ending } = await cloud.invoke(maintenance, { hub, force: true }, { timeout: 8000 })
        expect(ending).toMatchObject(failing('time-limit'))
        expect(await bytesOf(cloud, hub)).toEqual(old.bytes)
        await cloud.storeOf(hub).delete(lease)
        await expectRecovery()
      },
    )

    it('whose connection is cut in the middle of the database reads it again', async () => {
      meet(cloud, hub, operation('GetObject', /hub\.db$/), { fault: 'cut-body', times: 2 })
      expect(await run(maintenance)).toMatchObject(ok)
      await expectRecovery()
    })
  })

  describe('beside a writer that it does not know', () => {
    onFreshCloud()

    it.each([
      ['while the backup is copied', operation('CompleteMultipartUpload', /backups/)],
      ['just before the database is published', point('the publish of the database').match],
    ])('%s leaves that one’s version, and keeps it', async (_, when) => {
      const other = hubs.find((name) => name !== hub) ?? ''
      const theirs = await freshHub(cloud, other)
      before(cloud, hub, when, async () => {
        await cloud.storeOf(hub).put(databaseKey, theirs.bytes)
      })
      expect(await run(maintenance)).toMatchObject(ok)
      const [newest] = await reportsOf(cloud, hub, maintenance)
      expect(newest?.findings.find(({ check }) => check === 'content.preserved')?.status).toBe('ok')
      old = theirs
      await expectRecovery()
    })
  })

  describe('that runs out of time', () => {
    onFreshCloud()

    it('says so before it is ended, when the database never comes', async () => {
      meet(cloud, hub, operation('GetObject', /hub\.db$/), { fault: 'stall', times: forever })
      const event = slotEvent(maintenance, hub, 1)
      const { ending } = await cloud.invoke(maintenance, event, { timeout: 12_000 })
      expect(ending).toMatchObject(failing('time-limit'))
      const [report] = await reportsOf(cloud, hub, maintenance)
      expect(report?.error?.code).toBe('time-limit')
      expect(alertsTo(cloud, 'on-call', hub)).toMatchObject([expect.stringContaining('ran out of time')])
      expect(await bytesOf(cloud, hub)).toEqual(old.bytes)
      clear()
      expect(await run(maintenance, event), 'the same slot is free again').toMatchObject(ok)
      await expectRecovery()
    })

    it('says so when it cannot even find out whether it may run', async () => {
      meet(cloud, hub, operation('GetObject', /ledger/), { fault: 'stall', times: forever })
      const { ending } = await cloud.invoke(maintenance, { hub }, { timeout: 6000 })
      expect(ending).toMatchObject(failing('time-limit'))
      await expectRecovery()
    })
  })

  describe('that is killed', () => {
    onFreshCloud()

    const points = [
      'the claim',
      'the write lease',
      'the completion of the copy',
      'the manifest',
      'the announcement of the certificate',
      'the certificate',
      'the publish of the database',
    ]

    it.each(everyNth(points, 3))('after %s leaves the database whole and its slot taken', async (name) => {
      const event = slotEvent(maintenance, hub, 2)
      const killed = await cloud.invoke(maintenance, event, {
        killWhen: answered(cloud, hub, point(name).match),
      })
      expect(killed.ending).toEqual({ kind: 'killed' })
      await expectSound(cloud, hub, old)
      // An error, so that the platform tries again and keeps the event in the end.
      expect(await run(maintenance, event)).toMatchObject(failing('run-in-progress'))
      const another = await run(maintenance, slotEvent(maintenance, hub, 3))
      expect(another).toMatchObject(name === 'the claim' ? ok : failing('write-lease-held'))
      await cloud.storeOf(hub).delete(lease)
      await expectRecovery()
    })

    it('is followed by the same slot once its lease is over', async () => {
      const event = slotEvent(maintenance, hub, 4)
      const { ending } = await cloud.invoke(maintenance, event, {
        killWhen: answered(cloud, hub, point('the manifest').match),
      })
      expect(ending).toEqual({ kind: 'killed' })
      await endLeases(event.scheduledTime)
      expect(await run(maintenance, event)).toMatchObject(ok)
      await expectRecovery()
    })

    it('that is refused for good is tried three times, and leaves one dead letter with its event', async () => {
      meet(cloud, hub, operation('GetObject', /hub\.db$/), { fault: refusals.denied, times: forever })
      const event = slotEvent(maintenance, hub, 5)
      expect(await service.deliver(maintenance, event)).toMatchObject(Array(3).fill(failing('no-access')))
      expect(await service.deadLetters()).toMatchObject([
        {
          requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
          requestPayload: event,
          responsePayload: { errorType: 'no-access' },
        },
      ])
      expect(await reportsOf(cloud, hub, maintenance)).toHaveLength(3)
      expect((await databaseOf(cloud, hub)).bytes).toEqual(old.bytes)
      await expectRecovery()
    })

    /** Time passes: leases last a minute more than the function's 15. */
    async function endLeases(slot: string): Promise<void> {
      const store = cloud.storeOf(hub)
      const records = [lease]
      const { objects } = await store.list(`state/ledger/runs/${maintenance}/${slot}`)
      records.push(...objects.map(({ key }) => key))
      for (const key of records) {
        const text = new TextDecoder().decode(await bytesOf(cloud, hub, key))
        await store.put(key, text.replace(/(until\\":\\"|leaseUntil\\":\\")\d{4}/i, '$12020'))
      }
    }
  })
})
