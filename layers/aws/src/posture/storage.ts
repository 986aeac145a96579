import type { S3Client } from '@aws-sdk/client-s3'
import type { Observation } from '@hubkeeper/core'
import { told, unknown } from './ask.ts'
import { type BucketRule, bucketRules } from './bucket-rules.ts'

/** The buckets of a deployment. */
export interface DeployedBuckets {
  readonly hubBucket: string
  readonly backupBucket: string
  /** Where accesses to the other two are logged; undefined where an older deployment does not say. */
  readonly accessLogBucket?: string | undefined
}

/** How the buckets of a deployment are closed; a setting that may not be read is unknown. */
export async function storagePosture(s3: S3Client, buckets: DeployedBuckets): Promise<Observation[]> {
  const { accessLogBucket, backupBucket, hubBucket } = buckets
  const looks: (readonly [bucket: string, rules: readonly BucketRule[]])[] = [
    [hubBucket, bucketRules.hub],
    [backupBucket, bucketRules.backups],
    ...(accessLogBucket === undefined ? [] : [[accessLogBucket, bucketRules.logs] as const]),
  ]
  const observed = await Promise.all(
    looks.map(([bucket, rules]) => Promise.all(rules.map((rule) => observe(s3, bucket, rule)))),
  )
  return observed.flat()
}

async function observe(s3: S3Client, place: string, rule: BucketRule): Promise<Observation> {
  const subject = { rule: rule.rule, place, expected: rule.expected }
  const seen = await told({
    permission: rule.permission,
    absent: rule.absent,
    ask: () => rule.look(s3, place),
  })
  if (seen.state === 'refused') return unknown(subject, seen.reason)
  const { actual, advice = null, status } = seen.state === 'told' ? seen.value : rule.whenAbsent
  return { ...subject, status, actual, advice }
}
