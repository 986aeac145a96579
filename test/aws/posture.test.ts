import {
  DeleteBucketPolicyCommand,
  GetBucketAclCommand,
  PutBucketAclCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { createS3Client, hubStore } from '@hubkeeper/aws/drivers'
import { type AccessSummary, days, type Observation, parseConfig } from '@hubkeeper/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { secretClients } from '../../layers/aws/src/posture/credentials.ts'
import { awsPosture } from '../../layers/aws/src/posture/inspector.ts'
import { askAws, askAwsByQuery } from './support/ask-aws.ts'
import { createVersionedBucket } from './support/bucket.ts'
import { region } from './support/deployed/template.ts'
import {
  accessLine,
  closeBucket,
  deliverable,
  logAccesses,
  overTls,
  setPolicy,
} from './support/logged-buckets.ts'
import { type Moto, motoAvailable, needingMoto, startMoto } from './support/moto.ts'
import { type S3Proxy, startProxy } from './support/s3-proxy.ts'

const buckets = { hubBucket: 'hubs', backupBucket: 'backups', accessLogBucket: 'logs' }
const secrets = {
  parameters: ['/demo/'],
  names: ['demo/token', 'demo/gone'],
  users: ['ops/hub-deploy', 'nobody'],
}

describe.skipIf(!motoAvailable)(needingMoto('the posture of a deployment'), () => {
  let moto: Moto
  let proxy: S3Proxy
  let s3: S3Client
  beforeAll(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIAOWNER', AWS_SECRET_ACCESS_KEY: 'secret' })
    moto = await startMoto()
    proxy = await startProxy({ target: moto.url })
    s3 = createS3Client({ endpoint: proxy.url, region })
    for (const bucket of Object.values(buckets)) await createVersionedBucket(s3, bucket)
  }, 60_000)
  afterAll(async () => {
    await proxy?.stop()
    await moto?.stop()
  })
  beforeEach(() => proxy.reset())

  const posture = (audit: object = {}) => {
    const config = parseConfig(
      JSON.stringify({ hubs: { demo: { database: { path: 'hub.db' }, audit } } }),
      'test',
    )
    const hub = config.hubs.demo ?? expect.fail('the hub is configured above')
    return awsPosture({
      s3,
      buckets,
      hub: { ...hub, id: 'demo' },
      secrets: async () => secretClients({ endpoint: proxy.url, region }),
    })
  }

  /** Statuses by bucket and rule. */
  const statuses = (observations: readonly Observation[]): Record<string, string> =>
    Object.fromEntries(observations.map(({ place, rule, status }) => [`${place} ${rule}`, status]))

  it('is short of good practice where nothing is set', async () => {
    const observations = await posture().storage()
    expect(statuses(observations)).toMatchObject({
      'hubs bucket-public-access-block': 'warning',
      'hubs bucket-tls-only': 'warning',
      'hubs bucket-acl': 'ok',
      'hubs bucket-encryption': 'warning',
      'hubs bucket-versioning': 'ok',
      'hubs bucket-access-log': 'warning',
      'backups bucket-lock': 'skipped',
    })
    for (const { advice, rule, status } of observations) {
      expect(advice !== null, rule).toBe(status === 'warning')
    }
  })

  it('has no summary of accesses where none are logged', async () => {
    expect(await posture().access(new Date())).toEqual({
      unavailable: 'accesses to neither bucket are logged',
    })
  })

  it('is fine as the deployment sets it', async () => {
    const { accessLogBucket, backupBucket, hubBucket } = buckets
    await setPolicy(s3, accessLogBucket, [deliverable(accessLogBucket)])
    for (const bucket of [hubBucket, backupBucket]) {
      await logAccesses(s3, bucket, accessLogBucket, `${bucket}/`)
    }
    for (const bucket of Object.values(buckets)) {
      await closeBucket(s3, bucket)
      await setPolicy(s3, bucket, [overTls(bucket)])
    }
    const observations = await posture().storage()
    for (const bucket of Object.values(buckets)) {
      await s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }))
    }
    const poor = observations.filter(({ status }) => status !== 'ok')
    // Whether a policy is public is nothing that moto knows.
    expect([...new Set(poor.map(({ rule }) => rule))]).toEqual(['bucket-public-policy', 'bucket-lock'])
    expect(poor.map(({ status }) => status)).toEqual(['unknown', 'unknown', 'skipped', 'unknown'])
  })

  it('is open to everybody where an access control list says so', async () => {
    const { Owner } = await s3.send(new GetBucketAclCommand({ Bucket: 'hubs' }))
    await s3.send(
      new PutBucketAclCommand({
        Bucket: 'hubs',
        AccessControlPolicy: {
          Owner,
          Grants: [
            {
              Permission: 'READ',
              Grantee: { Type: 'Group', URI: 'http://acs.amazonaws.com/groups/global/AllUsers' },
            },
          ],
        },
      }),
    )
    const observations = await posture().storage()
    expect(observations.find(({ place, rule }) => place === 'hubs' && rule === 'bucket-acl')).toMatchObject({
      status: 'critical',
      actual: 'everybody has READ',
    })
  })

  it('is unknown where a setting may not be read, and names the right that is missing', async () => {
    proxy.authorize = ({ operation }) => operation !== 'GetBucketPolicy'
    const observations = await posture().storage()
    const refused = observations.filter(({ rule }) => rule === 'bucket-tls-only')
    expect(refused).toMatchObject([
      { status: 'unknown', actual: 'may not be asked: the role lacks s3:GetBucketPolicy' },
      { status: 'unknown' },
      { status: 'unknown' },
    ])
    expect(observations.some(({ status }) => status === 'ok')).toBe(true)
  })

  it('sums up who read and wrote', async () => {
    const now = new Date()
    const log = hubStore(s3, { hubBucket: buckets.accessLogBucket, backupBucket: '' }, 'hubs')
    const at = new Date(now.getTime() - days(2))
    const line = accessLine({ at, requester: 'arn:aws:iam::123456789012:user/jo', key: 'demo/hub.db' })
    await log.put(`${at.toISOString().slice(0, 10)}-12-00-00-ABCD`, `${line}\n`)
    const seen = await posture().access(now)
    expect(seen).toMatchObject({
      callers: [{ caller: 'arn:aws:iam::123456789012:user/jo', reads: 1, writes: 0, refused: 0 }],
    } satisfies Partial<AccessSummary>)
  })

  it('has no summary where the log may not be read', async () => {
    proxy.authorize = ({ bucket }) => bucket !== buckets.accessLogBucket
    expect(await posture().access(new Date())).toMatchObject({
      unavailable: expect.stringContaining('AccessDenied'),
    })
  })

  describe('as to secrets', () => {
    beforeAll(async () => {
      const put = (Name: string, Type: string) =>
        askAws(moto.url, 'ssm', 'AmazonSSM.PutParameter', { Name, Type, Value: 'value-of-parameter' })
      await put('/demo/db-password', 'SecureString')
      await put('/demo/api_key', 'String')
      await put('/demo/port', 'String')
      await put('/other/db-password', 'SecureString')
      await askAws(moto.url, 'secretsmanager', 'secretsmanager.CreateSecret', {
        Name: 'demo/token',
        SecretString: 'value-of-secret',
      })
      const query = (parameters: Record<string, string>) =>
        askAwsByQuery(moto.url, 'iam', { Version: '2010-05-08', ...parameters })
      await query({ Action: 'CreateUser', UserName: 'hub-deploy', Path: '/ops/' })
      await query({ Action: 'CreateAccessKey', UserName: 'hub-deploy' })
    })

    it('asks for nothing where the hub names none', async () => {
      expect(await posture().credentials(new Date())).toEqual([])
      expect(proxy.calls).toEqual([])
    })

    const placesOf = (observations: readonly Observation[]): string[] =>
      observations.map(({ place, rule, status }) => `${rule} ${place.replace(/ ….{4}$/, ' …')} ${status}`)

    it('says which are old, which are plain, and which are not there', async () => {
      const young = await posture({ secrets }).credentials(new Date())
      expect(placesOf(young)).toEqual([
        'parameter-age /demo/db-password ok',
        'parameter-plain /demo/api_key warning',
        'secret-age demo/token ok',
        'secret-age demo/gone unknown',
        'access-key-age ops/hub-deploy … ok',
        'access-key-age nobody unknown',
      ])
      const old = await posture({ secrets }).credentials(new Date(Date.now() + days(400)))
      expect(placesOf(old.filter(({ advice }) => advice === 'rotate it'))).toEqual([
        'parameter-age /demo/db-password warning',
        'secret-age demo/token warning',
        'access-key-age ops/hub-deploy … warning',
      ])
      expect(old.find(({ rule }) => rule === 'secret-age')?.actual).toMatch(
        /^(399|400) days old; rotation is off$/,
      )
    })

    it('never asks for a value, and has none to show', async () => {
      const observations = await posture({ secrets }).credentials(new Date())
      expect(proxy.calls.map(({ operation }) => operation).sort()).toEqual([
        'DescribeParameters',
        'DescribeSecret',
        'DescribeSecret',
        'ListAccessKeys',
        'ListAccessKeys',
      ])
      expect(JSON.stringify(observations)).not.toContain('value-of')
    })

    it('is unknown where it may not look', async () => {
      proxy.authorize = ({ service }) => service === 's3'
      const observations = await posture({ secrets }).credentials(new Date())
      expect(observations.map(({ actual }) => actual)).toEqual([
        'may not be asked: the role lacks ssm:DescribeParameters',
        'may not be asked: the role lacks secretsmanager:DescribeSecret',
        'may not be asked: the role lacks secretsmanager:DescribeSecret',
        'may not be asked: the role lacks iam:ListAccessKeys',
        'may not be asked: the role lacks iam:ListAccessKeys',
      ])
    })
  })
})
