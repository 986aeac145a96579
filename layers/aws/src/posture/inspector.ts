import { GetBucketLoggingCommand, type S3Client } from '@aws-sdk/client-s3'
import {
  type AccessSummary,
  type AccessUnknown,
  type HubConfig,
  hubPrefix,
  messageOf,
  onOneLine,
  type PostureInspector,
} from '@hubkeeper/core'
import { s3Store } from '../s3/store.ts'
import { type AccessLog, summarizeAccess } from './access-summary.ts'
import { told } from './ask.ts'
import { credentialPosture, type SecretClients } from './credentials.ts'
import { type DeployedBuckets, storagePosture } from './storage.ts'

/** See {@link awsPosture}. */
export interface AwsPostureOptions {
  readonly s3: S3Client
  readonly buckets: DeployedBuckets
  readonly hub: HubConfig & { readonly id: string }
  /** Called where the hub names secrets. */
  readonly secrets: () => Promise<SecretClients>
}

/** How a deployment is closed to others: settings of its buckets, ages of secrets, and the log of accesses. */
export const awsPosture = ({ buckets, hub, s3, secrets }: AwsPostureOptions): PostureInspector => ({
  storage: () => storagePosture(s3, buckets),

  async credentials(at) {
    const places = hub.audit.secrets
    const named = [...places.parameters, ...places.names, ...places.users]
    return named.length === 0 ? [] : credentialPosture(await secrets(), places, at)
  },

  async access(at): Promise<AccessSummary | AccessUnknown> {
    const logs: AccessLog[] = []
    for (const bucket of [buckets.hubBucket, buckets.backupBucket]) {
      const found = await logOf(s3, bucket)
      if (typeof found === 'string') return { unavailable: found }
      if (found !== null) logs.push(found)
    }
    if (logs.length === 0) return { unavailable: 'accesses to neither bucket are logged' }
    try {
      return await summarizeAccess(logs, hubPrefix(hub.id), at)
    } catch (error) {
      return { unavailable: onOneLine(messageOf(error)) }
    }
  },
})

/** Where accesses to a bucket are logged; null where they are not, a text where that cannot be told. */
async function logOf(s3: S3Client, bucket: string): Promise<AccessLog | string | null> {
  const seen = await told({
    permission: 's3:GetBucketLogging',
    ask: () => s3.send(new GetBucketLoggingCommand({ Bucket: bucket })),
  })
  if (seen.state === 'refused') return `${bucket}: where accesses are logged ${seen.reason}`
  if (seen.state === 'absent') return null
  const { TargetBucket, TargetObjectKeyFormat, TargetPrefix = '' } = seen.value.LoggingEnabled ?? {}
  if (TargetBucket === undefined) return null
  if (TargetObjectKeyFormat?.PartitionedPrefix !== undefined) {
    return `${bucket}: its log is kept in folders of dates, which is not read`
  }
  return { store: s3Store({ client: s3, bucket: TargetBucket, prefix: TargetPrefix }) }
}
