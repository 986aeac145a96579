import {
  CreateBucketCommand,
  GetBucketVersioningCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { type Call, refusals, type S3Proxy } from './s3-proxy.ts'

/** What a bucket locks by default. */
export interface Rule {
  readonly Mode: 'GOVERNANCE' | 'COMPLIANCE'
  readonly Days: number
}

/** Makes a bucket with Object Lock, and a default retention where one is given. */
export async function createLockedBucket(s3: S3Client, Bucket: string, rule: Rule | null): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }))
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }))
  await setRule(s3, Bucket, rule)
}

/** Sets the default retention of a bucket that has Object Lock. */
export async function setRule(s3: S3Client, Bucket: string, rule: Rule | null): Promise<void> {
  const Rule = rule === null ? {} : { Rule: { DefaultRetention: rule } }
  const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled', ...Rule } as const
  await s3.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }))
}

/** `Enabled` or `Suspended`. */
export const versioningOf = async (s3: S3Client, Bucket: string): Promise<string | undefined> =>
  (await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status

/** Whether a call sets the versioning of a bucket. */
export const turnsVersioning = ({ operation }: Call): boolean => operation === 'PutBucketVersioning'

/** Whether a call sets the retention of an object that is there. */
export const setsRetention = ({ method, query }: Call): boolean => method === 'PUT' && 'retention' in query

/** Whether a call asks to delete in spite of a lock. */
export const liftsLock = ({ headers }: Call): boolean =>
  headers['x-amz-bypass-governance-retention'] === 'true'

/** Answers what S3 is documented to refuse in a bucket with Object Lock, where moto does as it is told. */
export function answerAsS3(proxy: S3Proxy): void {
  proxy.inject({ match: turnsVersioning, fault: { status: 409, code: 'InvalidBucketState' }, times: 99 })
  proxy.inject({ match: setsRetention, fault: refusals.denied, times: 99 })
}
