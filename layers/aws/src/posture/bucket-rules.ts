import {
  GetBucketAclCommand,
  GetBucketEncryptionCommand,
  GetBucketLoggingCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import type { FindingStatus } from '@hubkeeper/core'
import { refusesPlainText } from './policy.ts'

/** What an answer comes to; advice where there is something to do. */
export interface Verdict {
  readonly status: FindingStatus
  readonly actual: string
  readonly advice?: string
}

/** One setting of a bucket that is looked at. */
export interface BucketRule {
  readonly rule: string
  readonly expected: string
  readonly permission: string
  /** Names of S3's errors that say that nothing is set, and what that comes to. */
  readonly absent: readonly string[]
  readonly whenAbsent: Verdict
  look(s3: S3Client, bucket: string): Promise<Verdict>
}

const deploy = 'bring it in step with the deployment: npx cdk deploy --all'

const warn = (actual: string, advice = deploy): Verdict => ({ status: 'warning', actual, advice })
const good = (actual: string): Verdict => ({ status: 'ok', actual })
const open = (actual: string, advice: string): Verdict => ({ status: 'critical', actual, advice })

/** Groups of everybody, by the last part of their URI: S3's documentation of access control lists. */
const everybody = /\/(?:AllUsers|AuthenticatedUsers)$/

const publicAccess: BucketRule = {
  rule: 'bucket-public-access-block',
  expected: 'all four blocks of public access are on',
  permission: 's3:GetBucketPublicAccessBlock',
  absent: ['NoSuchPublicAccessBlockConfiguration'],
  whenAbsent: warn('none is on'),
  async look(s3, Bucket) {
    const { PublicAccessBlockConfiguration: blocks = {} } = await s3.send(
      new GetPublicAccessBlockCommand({ Bucket }),
    )
    const names = [
      'BlockPublicAcls',
      'BlockPublicPolicy',
      'IgnorePublicAcls',
      'RestrictPublicBuckets',
    ] as const
    const off = names.filter((name) => blocks[name] !== true)
    return off.length === 0 ? good('all are on') : warn(`off: ${off.join(', ')}`)
  },
}

const policyStatus: BucketRule = {
  rule: 'bucket-public-policy',
  expected: 'its policy lets no stranger in',
  permission: 's3:GetBucketPolicyStatus',
  absent: ['NoSuchBucketPolicy'],
  whenAbsent: good('it has no policy'),
  async look(s3, Bucket) {
    const { PolicyStatus } = await s3.send(new GetBucketPolicyStatusCommand({ Bucket }))
    switch (PolicyStatus?.IsPublic) {
      case true:
        return open('its policy is public', 'remove the statement that allows everybody')
      case false:
        return good('it is not public')
      default:
        return { status: 'unknown', actual: 'S3 does not say whether it is public' }
    }
  },
}

const overTls: BucketRule = {
  rule: 'bucket-tls-only',
  expected: 'its policy denies every request without TLS',
  permission: 's3:GetBucketPolicy',
  absent: ['NoSuchBucketPolicy'],
  whenAbsent: warn('it has no policy'),
  async look(s3, Bucket) {
    const { Policy = '' } = await s3.send(new GetBucketPolicyCommand({ Bucket }))
    return refusesPlainText(Policy, Bucket) ? good('it does') : warn('no statement denies them all')
  },
}

const acl: BucketRule = {
  rule: 'bucket-acl',
  expected: 'its access control list names its owner alone',
  permission: 's3:GetBucketAcl',
  absent: [],
  whenAbsent: good('it has none'),
  async look(s3, Bucket) {
    const { Grants = [], Owner } = await s3.send(new GetBucketAclCommand({ Bucket }))
    const remove = 'remove these grants; Hubkeeper’s buckets need none'
    const strangers = Grants.filter(({ Grantee }) => everybody.test(Grantee?.URI ?? ''))
    if (strangers.length > 0) {
      const rights = strangers.map(({ Permission = 'something' }) => Permission)
      return open(`everybody has ${[...new Set(rights)].join(', ')}`, remove)
    }
    const others = Grants.filter(({ Grantee }) => Grantee?.ID === undefined || Grantee.ID !== Owner?.ID)
    return others.length === 0 ? good('it does') : warn(`${others.length} grants to others`, remove)
  },
}

const ownership: BucketRule = {
  rule: 'bucket-ownership',
  expected: 'access control lists of objects are off: BucketOwnerEnforced',
  permission: 's3:GetBucketOwnershipControls',
  absent: ['OwnershipControlsNotFoundError'],
  whenAbsent: warn('they count: nothing is set'),
  async look(s3, Bucket) {
    const { OwnershipControls } = await s3.send(new GetBucketOwnershipControlsCommand({ Bucket }))
    const said = OwnershipControls?.Rules?.map(({ ObjectOwnership }) => ObjectOwnership ?? '') ?? []
    return said.includes('BucketOwnerEnforced')
      ? good('BucketOwnerEnforced')
      : warn(said.join() || 'nothing is set')
  },
}

const encryption: BucketRule = {
  rule: 'bucket-encryption',
  expected: 'what is written is encrypted by default',
  permission: 's3:GetEncryptionConfiguration',
  absent: ['ServerSideEncryptionConfigurationNotFoundError'],
  whenAbsent: warn('nothing is set'),
  async look(s3, Bucket) {
    const { ServerSideEncryptionConfiguration: settings } = await s3.send(
      new GetBucketEncryptionCommand({ Bucket }),
    )
    const used = settings?.Rules?.flatMap(
      ({ ApplyServerSideEncryptionByDefault: by }) => by?.SSEAlgorithm ?? [],
    )
    return used === undefined || used.length === 0 ? warn('nothing is set') : good(used.join())
  },
}

const versioning: BucketRule = {
  rule: 'bucket-versioning',
  expected: 'replaced and deleted objects are kept for a time',
  permission: 's3:GetBucketVersioning',
  absent: [],
  whenAbsent: warn('off'),
  async look(s3, Bucket) {
    const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket }))
    return Status === 'Enabled' ? good('on') : warn(Status === undefined ? 'off' : 'suspended')
  },
}

const logging: BucketRule = {
  rule: 'bucket-access-log',
  expected: 'every access is logged',
  permission: 's3:GetBucketLogging',
  absent: [],
  whenAbsent: warn('off'),
  async look(s3, Bucket) {
    const { LoggingEnabled } = await s3.send(new GetBucketLoggingCommand({ Bucket }))
    const { TargetBucket, TargetPrefix = '' } = LoggingEnabled ?? {}
    return TargetBucket === undefined ? warn('off') : good(`to s3://${TargetBucket}/${TargetPrefix}`)
  },
}

const lock: BucketRule = {
  rule: 'bucket-lock',
  expected: 'where Object Lock is on, it locks every backup',
  permission: 's3:GetBucketObjectLockConfiguration',
  absent: ['ObjectLockConfigurationNotFoundError'],
  whenAbsent: {
    status: 'skipped',
    actual: 'it is off; aws.objectLock can only be chosen when the bucket is made',
  },
  async look(s3, Bucket) {
    const { ObjectLockConfiguration: settings } = await s3.send(
      new GetObjectLockConfigurationCommand({ Bucket }),
    )
    const { Days, Mode, Years } = settings?.Rule?.DefaultRetention ?? {}
    if (Mode === undefined) return warn('it is on, and locks nothing by default')
    return good(`${Mode}, ${Days === undefined ? `${Years ?? 0} years` : `${Days} days`}`)
  },
}

const everywhere = [publicAccess, policyStatus, overTls, acl, ownership, encryption, versioning] as const

/** What is looked at of the bucket of hubs, of that of backups, and of that with the access logs. */
export const bucketRules = {
  hub: [...everywhere, logging],
  backups: [...everywhere, logging, lock],
  logs: everywhere,
} as const satisfies Record<string, readonly BucketRule[]>
