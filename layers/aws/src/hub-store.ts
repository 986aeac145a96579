import type { S3Client } from '@aws-sdk/client-s3'
import { type Deployment, hubPrefix, keys, type ObjectStore } from '@hubkeeper/core'
import { s3Store } from './s3/store.ts'

/** Everything of one hub in the buckets of a deployment, as one store. */
export const hubStore = (
  client: S3Client,
  { backupBucket, hubBucket }: Pick<Deployment, 'hubBucket' | 'backupBucket'>,
  hub: string,
): ObjectStore =>
  s3Store({
    client,
    bucket: hubBucket,
    prefix: hubPrefix(hub),
    routes: [{ prefix: keys.backups, bucket: backupBucket }],
  })
