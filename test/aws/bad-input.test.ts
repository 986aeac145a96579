import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { listBackups } from '../../layers/sqlite/src/custody/catalog.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { type Cloud, deploy } from './support/deployed/cloud.ts'
import { sampleConfig } from './support/deployed/hub.ts'
import { meet, operation } from './support/deployed/points.ts'
import { alertsTo, expectHonestBackups, freshHub, type Stored } from './support/deployed/soundness.ts'
import { bytesOf, databaseKey, reportsOf } from './support/deployed/stored.ts'
import { motoAvailable, needingMoto } from './support/moto.ts'
import { type Fault, refusals } from './support/s3-proxy.ts'

const isRoot = process.getuid?.() === 0
const kept = ['backup', 'database-maintenance', 'health-check']

/** A database of about so many MiB of noise. */
function largeDatabase(mebibytes: number): Uint8Array {
  const path = join(temporaryDirectory(), 'large.db')
  const database = new DatabaseSync(path)
  database.exec(`CREATE TABLE noise (bytes BLOB); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
    LIMIT ${mebibytes}) INSERT INTO noise SELECT randomblob(1048576) FROM n`)
  database.close()
  return readFileSync(path)
}

describe.skipIf(!motoAvailable)(needingMoto('a deployed function that meets what it did not expect'), () => {
  let cloud: Cloud
  let hub: string
  let old: Stored
  let turn = 0
  const hubs = ['one', 'two']

  beforeAll(async () => {
    cloud = await deploy({ hubs: Object.fromEntries(hubs.map((name) => [name, sampleConfig()])) })
  }, 120_000)
  afterAll(() => cloud?.stop())

  beforeEach(async () => {
    hub = hubs[turn++ % hubs.length] ?? ''
    old = await freshHub(cloud, hub)
  })

  afterEach(() => {
    const { authorize, mayList } = cloud.proxy
    cloud.proxy.reset()
    Object.assign(cloud.proxy, { authorize, mayList })
  })

  const refusal = async (task: string, circumstances?: Parameters<Cloud['invoke']>[2]) => {
    const { ending, log } = await cloud.invoke(task, { hub }, circumstances)
    if (ending.kind !== 'error') throw new Error(`${JSON.stringify(ending)}\n${log}`)
    return ending
  }

  const findings = async (task: string) => {
    const [report] = await reportsOf(cloud, hub, task)
    return report?.findings ?? []
  }

  describe('in what it was deployed with', () => {
    it.each(['backup', 'health-check'])('names a bucket that is not there, in %s', async (task) => {
      const deployment = {
        hubBucket: 'nobodys-bucket',
        backupBucket: cloud.backupBucket,
        topics: {
          'on-call': 'arn:aws:sns:us-east-1:123456789012:x',
          security: 'arn:aws:sns:us-east-1:123456789012:z',
          team: 'arn:aws:sns:us-east-1:123456789012:y',
        },
      }
      // Whose right to it is not in question here.
      const { authorize } = cloud.proxy
      cloud.proxy.authorize = undefined
      const variables = { HUBKEEPER_DEPLOYMENT: JSON.stringify(deployment) }
      const { message, type } = await refusal(task, { variables })
      cloud.proxy.authorize = authorize
      expect(type).toBe('bucket-missing')
      expect(message).toContain('s3://nobodys-bucket/')
      expect(message).toContain('deploy the stack that makes it')
    })

    it.each(['', '{', '{"hubBucket":"x"}'])('refuses the deployment %j', async (text) => {
      const { message, type } = await refusal('backup', { variables: { HUBKEEPER_DEPLOYMENT: text } })
      expect(type).toBe('configuration')
      expect(message).toMatch(/HUBKEEPER_DEPLOYMENT of this function cannot be used: .*npx cdk deploy --all/s)
    })
  })

  describe('in its rights', () => {
    const cases: readonly (readonly [string, Fault, string, RegExp])[] = [
      ['access to it is denied', refusals.denied, 'no-access', /allow the role this action/],
      ['its credentials are over', refusals.expiredToken, 'credentials', /get fresh AWS credentials/],
      [
        'it may not use its key',
        {
          status: 403,
          code: 'AccessDenied',
          message: 'User is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:key/1',
        },
        'no-access',
        /kms:Decrypt and kms:GenerateDataKey/,
      ],
    ]

    describe.each(cases)('when %s', (_, fault, code, hint) => {
      it.each(kept)('fails %s with the object, the fix and an alert', async (task) => {
        meet(cloud, hub, operation('GetObject', /hub\.db$/), { fault, times: 10_000 })
        const { message, type } = await refusal(task)
        expect(type).toBe(code)
        expect(message).toContain(`s3://${cloud.hubBucket}/${hub}/${databaseKey}`)
        expect(message).toMatch(hint)
        expect(await reportsOf(cloud, hub, task)).toMatchObject([{ error: { code } }])
        expect(alertsTo(cloud, 'on-call', hub)).toMatchObject([expect.stringMatching(hint)])
        expect(await bytesOf(cloud, hub)).toEqual(old.bytes)
      })
    })
  })

  describe('in the database', () => {
    it.each(kept)('finds in %s that it is gone, and says how to get it back', async (task) => {
      await cloud.storeOf(hub).delete(databaseKey)
      expect((await cloud.invoke(task, { hub })).ending).toMatchObject({ value: { status: 'critical' } })
      expect(await findings(task)).toContainEqual(
        expect.objectContaining({ check: 'database.readable', status: 'critical', subject: databaseKey }),
      )
      expect(alertsTo(cloud, 'on-call', hub)).toMatchObject([
        expect.stringMatching(/there is no database at knowledge\/hub\.db.*what to do/s),
      ])
    })

    it.each(kept)('finds in %s that it is empty', async (task) => {
      await cloud.storeOf(hub).put(databaseKey, new Uint8Array())
      expect((await cloud.invoke(task, { hub })).ending).toMatchObject({ value: { status: 'critical' } })
      expect(alertsTo(cloud, 'on-call', hub)).toMatchObject([expect.stringContaining('0 bytes')])
    })

    it.each(kept)('finds in %s that it is damaged, and replaces nothing', async (task) => {
      const damaged = Buffer.from(old.bytes)
      damaged.fill(0xa5, 4096 * 3, 4096 * 12)
      await cloud.storeOf(hub).put(databaseKey, damaged)
      expect((await cloud.invoke(task, { hub })).ending).toMatchObject({ value: { status: 'critical' } })
      const checks = (await findings(task)).filter(({ status }) => status === 'critical')
      expect(checks.map(({ check }) => check).some((check) => check.startsWith('database.'))).toBe(true)
      expect(alertsTo(cloud, 'on-call', hub)).toHaveLength(1)
      expect(Buffer.from(await bytesOf(cloud, hub)).equals(damaged)).toBe(true)
      expect(await expectHonestBackups(cloud, hub)).toBe(0)
      const { backups } = await listBackups(cloud.storeOf(hub))
      expect(backups.map(({ certificate }) => certificate?.level)).toEqual(
        task === 'health-check' ? [] : ['bytes'],
      )
    })

    it.each(['backup', 'health-check'])('finds in %s that a journal lies beside it', async (task) => {
      await cloud.storeOf(hub).put(`${databaseKey}-wal`, new Uint8Array(4152).fill(1))
      expect((await cloud.invoke(task, { hub })).ending).toMatchObject({ kind: 'answer' })
      expect(await findings(task)).toContainEqual(
        expect.objectContaining({
          status: 'warning',
          actual: expect.stringMatching(/hub\.db-wal \(.*\) lies beside it/),
        }),
      )
    })

    it('puts nothing in its place while a journal lies beside it', async () => {
      await cloud.storeOf(hub).put(`${databaseKey}-wal`, new Uint8Array(4152).fill(1))
      const { ending } = await cloud.invoke('database-maintenance', { hub, force: true })
      expect(ending).toMatchObject({ value: { status: 'warning' } })
      expect(await bytesOf(cloud, hub)).toEqual(old.bytes)
      expect(alertsTo(cloud, 'team', hub)).toHaveLength(1)
      expect(await expectHonestBackups(cloud, hub)).toBeGreaterThan(0)
    })
  })

  describe('in its limits', () => {
    it.runIf(isRoot)('names the space that a database needs (needs root, for a small tmpfs)', async () => {
      const large = largeDatabase(12)
      await cloud.storeOf(hub).put(databaseKey, large)
      const mount = temporaryDirectory()
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', mount])
      try {
        for (const task of kept) {
          const { message, type } = await refusal(task, { variables: { TMPDIR: mount } })
          expect(type, task).toBe('no-space')
          expect(message).toMatch(/a copy of knowledge\/hub\.db needs 12.*are free.*embedded/s)
        }
      } finally {
        execFileSync('umount', ['--lazy', mount])
      }
      expect(alertsTo(cloud, 'on-call', hub)).toHaveLength(kept.length)
      expect(Buffer.from(await bytesOf(cloud, hub)).equals(large)).toBe(true)
    })

    it.each(kept)('begins no %s that cannot be finished in the time that is left', async (task) => {
      await cloud.storeOf(hub).put(databaseKey, largeDatabase(40))
      const from = cloud.proxy.calls.length
      const { message, type } = await refusal(task, { timeout: 5000 })
      expect(type).toBe('time-limit')
      expect(message).toMatch(/likely to take 5.*nothing was begun.*embedded/s)
      const touched = cloud.proxy.calls
        .slice(from)
        .filter(({ key, operation: name }) => key.endsWith('hub.db') && name !== 'HeadObject')
      expect(touched).toEqual([])
      expect(alertsTo(cloud, 'on-call', hub)).toHaveLength(1)
    })
  })
})
