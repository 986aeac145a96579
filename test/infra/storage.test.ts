import { Match } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { directoryForFile, fullHub, statementsOf, synthesize } from './support.ts'

const directory = directoryForFile()
const { storage } = synthesize(directory, { aws: { oldVersionsDays: 50 }, hubs: { demo: fullHub } })
const buckets = Object.entries(storage.findResources('AWS::S3::Bucket'))

/** The id in the code of what has this one in the template. */
const nameOf = (logicalId: string): string => logicalId.replace(/[0-9A-F]{8}$/, '')

describe('buckets', () => {
  it.each(buckets)('%s outlives its stack, is closed, versioned, encrypted and tidied', (_id, bucket) => {
    expect(bucket.DeletionPolicy).toBe('Retain')
    expect(bucket.UpdateReplacePolicy).toBe('Retain')
    expect(bucket.Properties).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      LifecycleConfiguration: {
        Rules: [
          {
            Status: 'Enabled',
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
            NoncurrentVersionExpiration: { NoncurrentDays: 50 },
          },
        ],
      },
    })
  })

  it.each(buckets)('%s refuses anything but TLS 1.2', (id) => {
    const denied = statementsOf(storage, `${nameOf(id)}Policy`, ['AWS::S3::BucketPolicy']).filter(
      ({ Effect }) => Effect === 'Deny',
    )
    const conditions = denied.map(({ Condition }) => Condition)
    expect(conditions).toContainEqual({ Bool: { 'aws:SecureTransport': 'false' } })
    expect(conditions).toContainEqual({ NumericLessThan: { 's3:TlsVersion': 1.2 } })
  })

  it('objects that are current never expire, except the log of accesses', () => {
    const expiring = buckets.filter(([, { Properties }]) =>
      Properties.LifecycleConfiguration.Rules.some((rule: object) => 'ExpirationInDays' in rule),
    )
    expect(expiring.map(([id]) => nameOf(id))).toEqual(['AccessLogs'])
  })

  it('accesses to the other two are logged, without ACLs', () => {
    expect(
      buckets.filter(([, { Properties }]) => Properties.LoggingConfiguration !== undefined),
    ).toHaveLength(2)
    expect(buckets.filter(([, { Properties }]) => Properties.AccessControl !== undefined)).toEqual([])
  })

  it('nobody writes over a backup', () => {
    const [statement] = statementsOf(storage, 'Backups', ['AWS::S3::BucketPolicy']).filter(({ Action }) =>
      Action.includes('s3:PutObject'),
    )
    expect(statement).toMatchObject({
      Effect: 'Deny',
      Action: ['s3:PutObject'],
      Condition: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
    })
    expect(statement?.Resource[0]).toMatch(/\/\*\/backups\/\*$/)
  })

  it('are told of by name', () => {
    storage.hasOutput('HubBucket', { Export: { Name: 'hubkeeper-storage-HubBucket' } })
    storage.hasOutput('BackupBucket', { Export: { Name: 'hubkeeper-storage-BackupBucket' } })
  })
})

describe('object lock', () => {
  const lockedFor = (objectLock: { mode: 'governance' | 'compliance'; days: number }) =>
    synthesize(directory, { aws: { objectLock }, hubs: { demo: fullHub } }).storage

  it('is off unless asked for', () => {
    storage.allResourcesProperties('AWS::S3::Bucket', {
      ObjectLockEnabled: Match.absent(),
      ObjectLockConfiguration: Match.absent(),
    })
  })

  it('is never on the log of accesses, which S3 could not deliver then, nor on what tasks replace', () => {
    const buckets = Object.entries(
      lockedFor({ mode: 'compliance', days: 1 }).findResources('AWS::S3::Bucket'),
    )
    const free = buckets.filter(([, { Properties }]) => !('ObjectLockEnabled' in Properties))
    expect(free.map(([id]) => nameOf(id)).sort()).toEqual(['AccessLogs', 'Hub'])
  })

  it.each([
    [30, 35],
    [3650, 3651],
  ])('of %i days keeps deleted backups for %i, and old databases no longer than without', (days, kept) => {
    const buckets = Object.entries(lockedFor({ mode: 'governance', days }).findResources('AWS::S3::Bucket'))
    const noncurrent = buckets.map(([id, { Properties }]) => [
      nameOf(id),
      Properties.LifecycleConfiguration.Rules[0].NoncurrentVersionExpiration.NoncurrentDays,
    ])
    expect(Object.fromEntries(noncurrent)).toEqual({ AccessLogs: 35, Hub: 35, Backups: kept })
  })

  it.each(['governance', 'compliance'] as const)('%s locks the backups, and only them', (mode) => {
    const resources = lockedFor({ mode, days: 30 }).findResources('AWS::S3::Bucket')
    const withLock = Object.entries(resources).filter(
      ([, { Properties }]) => Properties.ObjectLockEnabled === true,
    )
    expect(withLock).toHaveLength(1)
    expect(withLock[0]?.[0]).toMatch(/^Backups/)
    expect(withLock[0]?.[1].Properties.ObjectLockConfiguration.Rule.DefaultRetention).toEqual({
      Days: 30,
      Mode: mode.toUpperCase(),
    })
  })
})
