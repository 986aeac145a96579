import { days, isProven, keys, ledgerKeys, ledgerPrefix } from '@hubkeeper/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { listBackups } from '../../layers/sqlite/src/custody/catalog.ts'
import { checkChain } from '../../layers/sqlite/src/custody/chain-check.ts'
import { everyNth } from '../support/heavy.ts'
import { backupsOf, dailyFrom, storeBackups } from '../support/histories.ts'
import { type Cloud, deploy } from './support/deployed/cloud.ts'
import { changeDatabase, sampleConfig } from './support/deployed/hub.ts'
import { answered, meet, point } from './support/deployed/points.ts'
import type { Ending } from './support/deployed/sandbox.ts'
import { expectHonestBackups, freshHub } from './support/deployed/soundness.ts'
import { motoAvailable, needingMoto } from './support/moto.ts'
import { type Fault, refusals } from './support/s3-proxy.ts'

const forever = 10_000
const lease = `${ledgerPrefix}${ledgerKeys.writeLease}.json`
const hold = `${ledgerPrefix}${ledgerKeys.hold}.json`
const answer = (status: string) => ({ kind: 'answer', value: { status } })

describe.skipIf(!motoAvailable)(
  needingMoto('a function in trouble with what is remembered of backups'),
  () => {
    const hubs = ['one', 'two', 'three']
    let cloud: Cloud
    let hub: string
    let turn = 0

    beforeAll(async () => {
      cloud = await deploy({ hubs: Object.fromEntries(hubs.map((name) => [name, sampleConfig()])) })
    }, 120_000)
    afterAll(() => cloud?.stop())
    beforeEach(async () => {
      hub = hubs[turn++ % hubs.length] ?? ''
      await freshHub(cloud, hub)
    })
    afterEach(() => clear())

    /** Ends all faults: what waits for a call that never came must not meet the next test. */
    function clear(): void {
      const { authorize, mayList } = cloud.proxy
      cloud.proxy.reset()
      Object.assign(cloud.proxy, { authorize, mayList })
    }

    const run = async (task: string, event: object = {}): Promise<Ending> =>
      (await cloud.invoke(task, { hub, ...event })).ending
    const faultAt = (name: string, fault: Fault, times = 1) =>
      meet(cloud, hub, point(name).match, { fault, times })
    const killedAfter = async (task: string, name: string): Promise<void> => {
      const killWhen = answered(cloud, hub, point(name).match)
      expect((await cloud.invoke(task, { hub, force: true }, { killWhen })).ending).toEqual({
        kind: 'killed',
      })
      await cloud.storeOf(hub).delete(lease)
    }

    /** A record, which must be whole. */
    async function recordAt(key: string): Promise<Record<string, unknown>> {
      const stored = await cloud.storeOf(hub).get(key)
      return stored === null
        ? {}
        : z.record(z.string(), z.unknown()).parse(JSON.parse(new TextDecoder().decode(stored.body)))
    }
    const idsIn = async (key: string, name: string): Promise<string[]> =>
      Object.keys(z.record(z.string(), z.unknown()).parse((await recordAt(key))[name] ?? {}))

    async function backups(): Promise<{ proven: string[]; unproven: string[] }> {
      const { backups: all } = await listBackups(cloud.storeOf(hub))
      const idsOf = (wanted: boolean) =>
        all.filter((each) => isProven(each) === wanted).map(({ manifest }) => manifest.id)
      return { proven: idsOf(true), unproven: idsOf(false) }
    }

    describe('when content vanished', () => {
      let good: string[]
      beforeEach(async () => {
        expect(await run('backup')).toMatchObject(answer('ok'))
        good = (await backups()).proven
        await changeDatabase(cloud, hub, 'DELETE FROM articles')
      })

      /** What is left of the hub does not count, and stays so; what was there before does. */
      async function expectQuarantine(): Promise<void> {
        const { proven, unproven } = await backups()
        expect(proven).toEqual(good)
        expect(await idsIn(keys.quarantine, 'quarantined')).toEqual(expect.arrayContaining([unproven.at(-1)]))
        expect(await cloud.storeOf(hub).head(hold)).not.toBeNull()
        await expectHonestBackups(cloud, hub)
        expect(
          (await checkChain(cloud.storeOf(hub))).faults.filter(
            ({ kind }) => kind !== 'backup-without-certificate',
          ),
        ).toEqual([])
      }

      const everywhere = [
        'the quarantine',
        'the announcement of the certificate',
        'the head of the certificates',
        'the hold',
      ]
      it.each<[string, Fault, readonly string[]]>(
        everyNth(
          [
            ['whose answer is lost', 'cut-after', everywhere],
            ['that is cut before', 'cut', everywhere],
            ['that meets 412 once', refusals.unmet, ['the quarantine']],
          ],
          3,
        ),
      )('a write %s leaves a whole quarantine', async (_, fault, names) => {
        for (const name of names) faultAt(name, fault)
        expect(await run('backup')).toMatchObject(answer('critical'))
        expect(cloud.proxy.faults, 'every fault was met').toEqual([])
        await expectQuarantine()
      })

      it('what cannot be put into quarantine is not certified either; the next run does both', async () => {
        faultAt('the quarantine', refusals.internalError, forever)
        expect(await run('backup')).toMatchObject({ kind: 'error' })
        expect((await backups()).proven).toEqual(good)
        clear()
        expect(await run('backup')).toMatchObject(answer('critical'))
        await expectQuarantine()
      })

      it.each(everyNth(['the announcement of the certificate', 'the quarantine'], 2))(
        'a run that was killed after %s leaves nothing that counts; the next one does the rest',
        async (name) => {
          await killedAfter('backup', name)
          expect((await backups()).proven).toEqual(good)
          expect(await run('backup')).toMatchObject(answer('critical'))
          await expectQuarantine()
        },
      )
    })

    it('a certificate that was announced and never written is no fault: the backup is proven later', async () => {
      expect(await run('backup')).toMatchObject(answer('ok'))
      await killedAfter('backup', 'the announcement of the certificate')
      expect((await backups()).unproven).toHaveLength(1)
      expect(await run('verify-backups')).toMatchObject(answer('ok'))
      expect(await backups()).toMatchObject({ unproven: [], proven: { length: 2 } })
      expect((await checkChain(cloud.storeOf(hub))).faults).toEqual([])
    })

    it.each<[string, Fault, number]>(
      everyNth(
        [
          ['that is answered with 500 for good', refusals.internalError, forever],
          ['whose answer is lost', 'cut-after', 1],
          ['that meets 412 once', refusals.unmet, 1],
        ],
        3,
      ),
    )('a note of what was read back %s is whole in the end', async (_, fault, times) => {
      const past = backupsOf(dailyFrom(new Date(Date.now() - days(60)), 3))
      await storeBackups(cloud.storeOf(hub), past)
      faultAt('the verification', fault, times)
      const lasting = times === forever
      expect(await run('verify-backups')).toMatchObject({ kind: lasting ? 'error' : 'answer' })
      if (lasting) {
        expect(await idsIn(keys.verified, 'verified')).toEqual([])
        clear()
        expect(await run('verify-backups')).toMatchObject({ kind: 'answer' })
      }
      expect(cloud.proxy.faults, 'every fault was met').toEqual([])
      expect(await idsIn(keys.verified, 'verified')).toEqual(past.map(({ manifest }) => manifest.id))
    })

    it('a proof that was killed goes on where it stopped, though answers are lost', async () => {
      // Of smaller files nothing is noted in between.
      await changeDatabase(
        cloud,
        hub,
        `CREATE TABLE large (body BLOB);
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 68)
       INSERT INTO large SELECT randomblob(1048576) FROM n`,
      )
      await killedAfter('backup', 'the progress of the proof')
      const { unproven } = await backups()
      expect(await idsIn(keys.proofProgress, 'proofs')).toEqual(unproven)
      faultAt('the progress of the proof', 'cut-after', 2)
      expect(await run('verify-backups')).toMatchObject(answer('ok'))
      expect(cloud.proxy.faults, 'every fault was met').toEqual([])
      expect(await backups()).toEqual({ proven: unproven, unproven: [] })
      expect(await idsIn(keys.proofProgress, 'proofs')).toEqual([])
      await expectHonestBackups(cloud, hub)
    })
  },
)
