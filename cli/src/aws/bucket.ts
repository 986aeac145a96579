import { createS3Client, s3Store } from '@hubkeeper/aws/drivers'
import { type HubConfig, hubPrefix, type ObjectStore } from '@hubkeeper/core'

/** The bucket that an embedded hub keeps its backups in. */
export function bucketStore(
  { name, prefix, region }: NonNullable<HubConfig['backups']['bucket']>,
  hub: string,
): ObjectStore {
  const client = createS3Client(region === undefined ? {} : { region })
  return s3Store({ client, bucket: name, prefix: prefix ?? hubPrefix(hub) })
}
