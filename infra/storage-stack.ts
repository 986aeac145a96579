import type { AwsConfig } from '@hubkeeper/core'
import { CfnOutput, Duration, Fn, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type LifecycleRule,
  ObjectLockRetention,
} from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'

interface StorageStackProps extends StackProps {
  readonly aws: AwsConfig
}

/** Below what the accesses to the two buckets are logged. */
export const accessLogPrefixes = { hub: 'hub/', backups: 'backups/' } as const

/** The buckets: what must survive everything else, so it is never deleted with its stack. */
export class StorageStack extends Stack {
  /** Name of the bucket with databases, logs, reports and state, for another stack. */
  readonly hubBucket: string
  /** Name of the bucket with the backups, for another stack. */
  readonly backupBucket: string
  /** Name of the bucket with the log of accesses, for another stack. */
  readonly accessLogBucket: string

  constructor(scope: Construct, id: string, { aws, ...props }: StorageStackProps) {
    super(scope, id, { ...props, terminationProtection: true })
    const accessLogs = new PrivateBucket(this, 'AccessLogs', {
      // The log delivery service writes to no bucket with a KMS key.
      encryption: BucketEncryption.S3_MANAGED,
      lifecycleRules: [{ ...tidy(aws.oldVersionsDays), expiration: Duration.days(aws.logRetentionDays) }],
    })
    const kept: BucketProps = {
      ...encryptionOf(this, aws),
      serverAccessLogsBucket: accessLogs,
    }
    const hub = new PrivateBucket(this, 'Hub', {
      ...kept,
      serverAccessLogsPrefix: accessLogPrefixes.hub,
      lifecycleRules: [{ ...tidy(aws.oldVersionsDays), expiredObjectDeleteMarker: true }],
    })
    const backups = new PrivateBucket(this, 'Backups', {
      ...kept,
      serverAccessLogsPrefix: accessLogPrefixes.backups,
      lifecycleRules: [{ ...tidy(oldBackupDays(aws)), expiredObjectDeleteMarker: true }],
      ...lockOf(aws),
    })
    refuseOverwriting(backups)
    this.hubBucket = this.share('HubBucket', hub)
    this.backupBucket = this.share('BackupBucket', backups)
    this.accessLogBucket = this.share('AccessLogBucket', accessLogs)
  }

  /** Exports the name of a bucket; gives what another stack imports it by. */
  private share(id: string, bucket: Bucket): string {
    const exportName = `${this.stackName}-${id}`
    new CfnOutput(this, id, { value: bucket.bucketName, exportName })
    return Fn.importValue(exportName)
  }
}

/** Versioned, over TLS only, and closed to the public. */
class PrivateBucket extends Bucket {
  // The CDK leaves this undefined, which its own `IBucket` does not allow.
  override get isWebsite(): boolean {
    return false
  }

  constructor(scope: Construct, id: string, props: BucketProps) {
    super(scope, id, {
      versioned: true,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      removalPolicy: RemovalPolicy.RETAIN,
      ...props,
    })
  }
}

const tidy = (oldVersionsDays: number): LifecycleRule => ({
  id: 'tidy',
  noncurrentVersionExpiration: Duration.days(oldVersionsDays),
  abortIncompleteMultipartUploadAfter: Duration.days(1),
})

/** How long a deleted backup stays: the rule never asks for what its lock would refuse. */
const oldBackupDays = ({ objectLock, oldVersionsDays }: AwsConfig): number =>
  Math.max(oldVersionsDays, (objectLock?.days ?? 0) + 1)

function encryptionOf(scope: Construct, { kmsKeyArn }: AwsConfig): BucketProps {
  if (kmsKeyArn === undefined) return { encryption: BucketEncryption.S3_MANAGED }
  return {
    encryption: BucketEncryption.KMS,
    encryptionKey: Key.fromKeyArn(scope, 'Key', kmsKeyArn),
    // One data key per bucket in place of one per object: a hundredth of the requests.
    bucketKeyEnabled: true,
  }
}

function lockOf({ objectLock }: AwsConfig): BucketProps {
  if (objectLock === undefined) return {}
  const { days, mode } = objectLock
  return {
    objectLockEnabled: true,
    objectLockDefaultRetention: ObjectLockRetention[mode](Duration.days(days)),
  }
}

/**
 * Nobody, whatever else they may do, writes over a backup. Parts of an upload cannot carry the
 * condition; its completion, which makes the object, has to.
 */
function refuseOverwriting(bucket: Bucket): void {
  bucket.addToResourcePolicy(
    new PolicyStatement({
      sid: 'BackupsAreNeverOverwritten',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['s3:PutObject'],
      resources: [bucket.arnForObjects('*/backups/*')],
      conditions: {
        Null: { 's3:if-none-match': 'true' },
        Bool: { 's3:ObjectCreationOperation': 'true' },
      },
    }),
  )
}
