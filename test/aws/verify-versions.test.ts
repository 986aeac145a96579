import { CreateBucketCommand, DeleteObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { verifyVersions } from '../../cli/src/aws/verify-versions.ts'
import { versionedBucket } from '../../cli/src/aws/versioned-bucket.ts'
import { type Account, startAccount } from './support/account.ts'
import { motoAvailable, needingMoto } from './support/moto.ts'
import {
  answerAsS3,
  createLockedBucket,
  type Rule,
  setRule,
  setsRetention,
  turnsVersioning,
  versioningOf,
} from './support/object-lock.ts'
import { refusals } from './support/s3-proxy.ts'

type Wanted = Parameters<typeof verifyVersions>[0]['wanted']

describe.skipIf(!motoAvailable)(needingMoto('what hubkeeper verify-aws cannot destroy'), () => {
  let account: Account

  beforeAll(async () => {
    account = await startAccount()
  })
  afterAll(() => account?.stop())
  afterEach(() => account.proxy.reset())

  let buckets = 0
  async function lockedBucket(rule: Rule | null): Promise<string> {
    buckets += 1
    await createLockedBucket(account.s3, `locked-${buckets}`, rule)
    return `locked-${buckets}`
  }

  /** Tries a bucket; gives each trial's end by its title without the bucket. */
  async function endsOf(name: string, wanted: Wanted = null): Promise<Record<string, string>> {
    const bucket = versionedBucket(account.s3, name, `verify-${Math.random()}/`)
    const told: unknown[] = []
    const all = await verifyVersions({ bucket, wanted }, (verification) => told.push(verification))
    expect(told).toEqual(all)
    return Object.fromEntries(
      all.map(({ held, problem, skipped, title }) => {
        expect([held, problem !== null, skipped !== null].filter(Boolean)).toHaveLength(1)
        const end = held ? 'held' : (problem ?? `skipped: ${skipped}`)
        return [title.replace(`${name}: `, ''), end]
      }),
    )
  }

  const everyTrial = [
    'what was deleted is still there as an old version, bit for bit',
    'what was written over is still there as an old version, bit for bit',
    'it has Object Lock',
    'what is written is locked without asking for it',
    'a locked version cannot be deleted',
    'it is the lock that refuses this, not a lack of rights',
    'a locked version outlives being deleted and written over, bit for bit',
    'the time of a lock cannot be shortened',
    'versioning cannot be turned off',
    'these credentials cannot lift a lock',
  ]
  const heldBut = (others: Readonly<Record<string, unknown>>) => ({
    ...Object.fromEntries(everyTrial.map((title) => [title, 'held'])),
    ...others,
  })

  describe('in a bucket with Object Lock', () => {
    it('leaves every version that it locked, and none of them can be deleted', async () => {
      const Bucket = await lockedBucket({ Mode: 'COMPLIANCE', Days: 30 })
      answerAsS3(account.proxy)
      expect(await endsOf(Bucket)).toEqual(heldBut({}))
      const { Versions = [] } = await account.s3.send(new ListObjectVersionsCommand({ Bucket }))
      expect(new Set(Versions.map(({ Key }) => Key)).size).toBe(8)
      for (const { Key, VersionId } of Versions) {
        const deletion = account.s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }))
        await expect(deletion).rejects.toMatchObject({ name: 'AccessDenied' })
      }
    })

    it('does not take a lack of rights for a lock', async () => {
      const bucket = await lockedBucket({ Mode: 'GOVERNANCE', Days: 30 })
      answerAsS3(account.proxy)
      account.proxy.authorize = ({ method, query }) => !(method === 'DELETE' && 'versionId' in query)
      expect(await endsOf(bucket)).toEqual(
        heldBut({
          'it is the lock that refuses this, not a lack of rights': expect.stringMatching(
            /^skipped: these credentials may delete no version at all/,
          ),
        }),
      )
    })

    it('says what it cannot try without the right to lock an object', async () => {
      const bucket = await lockedBucket({ Mode: 'GOVERNANCE', Days: 30 })
      answerAsS3(account.proxy)
      account.proxy.authorize = ({ headers }) => !('x-amz-object-lock-mode' in headers)
      const ends = Object.entries(await endsOf(bucket))
      const skipped = ends.filter(([, end]) => /^skipped: these credentials may lock no object/.test(end))
      expect(skipped.map(([title]) => title)).toEqual([
        ...everyTrial.slice(4, 8),
        'these credentials cannot lift a lock',
      ])
      expect(ends.filter(([, end]) => end === 'held')).toHaveLength(everyTrial.length - 5)
    })

    it('does not take trouble on the way for a refusal', async () => {
      const bucket = await lockedBucket({ Mode: 'GOVERNANCE', Days: 30 })
      account.proxy.inject({ match: turnsVersioning, fault: refusals.expiredToken, times: 1 })
      account.proxy.inject({ match: setsRetention, fault: refusals.expiredToken, times: 1 })
      const ends = await endsOf(bucket)
      expect(ends['versioning cannot be turned off']).toBe('ExpiredToken')
      expect(ends['the time of a lock cannot be shortened']).toBe('ExpiredToken')
    })

    it('notices that nothing is locked by a store that knows no locks', async () => {
      const bucket = await lockedBucket({ Mode: 'COMPLIANCE', Days: 30 })
      account.proxy.authorize = (call) => {
        for (const name of Object.keys(call.headers)) {
          if (name.startsWith('x-amz-object-lock-')) delete call.headers[name]
        }
        // Without these moto puts its default on an object.
        return true
      }
      await setRule(account.s3, bucket, null)
      const ends = await endsOf(bucket)
      expect(ends).toMatchObject({
        'what is written is locked without asking for it':
          'it has no default retention: backups are not locked',
        'a locked version cannot be deleted': 'critical: it was deleted',
        'these credentials cannot lift a lock': expect.stringContaining('they can'),
      })
    })

    it('says how to turn versioning on by hand when it could not take that back', async () => {
      const bucket = await lockedBucket({ Mode: 'GOVERNANCE', Days: 30 })
      let turned = 0
      account.proxy.authorize = (call) => {
        if (turnsVersioning(call)) turned += 1
        return !(turnsVersioning(call) && turned > 1)
      }
      const ends = await endsOf(bucket)
      expect(ends['versioning cannot be turned off']).toMatch(
        /^critical: it was turned off; that could NOT be taken back \(.+\): turn it on NOW: aws s3api put-bucket-versioning --bucket locked-\d+ /,
      )
      expect(await versioningOf(account.s3, bucket)).toBe('Suspended')
    })

    it.each([
      [{ Mode: 'GOVERNANCE', Days: 7 }, { mode: 'governance', days: 7 }, 'held'],
      [
        { Mode: 'GOVERNANCE', Days: 7 },
        { mode: 'compliance', days: 7 },
        'it is locked in mode GOVERNANCE, not COMPLIANCE',
      ],
      [
        { Mode: 'COMPLIANCE', Days: 7 },
        { mode: 'compliance', days: 60 },
        expect.stringMatching(/^it is locked until .+ only, not for 60 days$/),
      ],
      [null, { mode: 'compliance', days: 60 }, 'it has no default retention: backups are not locked'],
    ] as const)('with a default of %j, where the configuration asks for %j', async (rule, wanted, end) => {
      const bucket = await lockedBucket(rule)
      expect((await endsOf(bucket, wanted))['what is written is locked without asking for it']).toEqual(end)
    })
  })

  describe('in a bucket without Object Lock', () => {
    it('asks for nothing that would change the bucket, and says what it could not try', async () => {
      await account.createBucket('no-lock')
      const from = account.proxy.calls.length
      expect(await endsOf('no-lock')).toEqual({
        'what was deleted is still there as an old version, bit for bit': 'held',
        'what was written over is still there as an old version, bit for bit': 'held',
        'it has Object Lock': expect.stringMatching(/^skipped: it has none/),
      })
      const asked = new Set(account.proxy.calls.slice(from).map(({ operation }) => operation))
      expect([...asked].filter((operation) => /^PutBucket/.test(operation))).toEqual([])
    })

    it('misses one that the configuration asks for', async () => {
      await account.createBucket('should-be-locked')
      const ends = await endsOf('should-be-locked', { mode: 'compliance', days: 30 })
      expect(ends['it has Object Lock']).toMatch(
        /^it has none, and aws.objectLock asks for compliance, 30 days/,
      )
    })

    it('notices that no versions are kept', async () => {
      await account.s3.send(new CreateBucketCommand({ Bucket: 'forgetful' }))
      expect(await endsOf('forgetful')).toMatchObject({
        'what was deleted is still there as an old version, bit for bit':
          'it keeps no versions: turn its versioning on',
      })
    })

    it('does not guess where it may not look', async () => {
      await account.createBucket('not-shown')
      account.proxy.authorize = ({ query }) => !('object-lock' in query)
      expect((await endsOf('not-shown'))['it has Object Lock']).toContain('not authorized to perform')
    })
  })
})
