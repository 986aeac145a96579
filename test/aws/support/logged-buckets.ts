import {
  PutBucketEncryptionCommand,
  PutBucketLoggingCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3'

/** Closes a bucket as a deployment has it, as far as moto knows the settings. */
export async function closeBucket(s3: S3Client, Bucket: string): Promise<void> {
  const on = true
  await s3.send(
    new PutPublicAccessBlockCommand({
      Bucket,
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: on,
        BlockPublicPolicy: on,
        IgnorePublicAcls: on,
        RestrictPublicBuckets: on,
      },
    }),
  )
  await s3.send(
    new PutBucketOwnershipControlsCommand({
      Bucket,
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    }),
  )
  await s3.send(
    new PutBucketEncryptionCommand({
      Bucket,
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    }),
  )
}

/**
 * Gives a bucket a policy. moto overlooks the condition of {@link overTls}, and refuses everything then: have
 * it there as long as settings alone are asked for.
 */
export async function setPolicy(s3: S3Client, Bucket: string, Statement: readonly object[]): Promise<void> {
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement })
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }))
}

/** What denies every request without TLS, as the CDK writes it. */
export const overTls = (bucket: string): object => ({
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action: 's3:*',
  Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
})

/** Logs the accesses to a bucket below a prefix of another one, as the deployment does: by its policy. */
export async function logAccesses(
  s3: S3Client,
  Bucket: string,
  TargetBucket: string,
  TargetPrefix: string,
): Promise<void> {
  await s3.send(
    new PutBucketLoggingCommand({
      Bucket,
      BucketLoggingStatus: { LoggingEnabled: { TargetBucket, TargetPrefix } },
    }),
  )
}

/** What lets S3 deliver logs to a bucket. */
export const deliverable = (bucket: string): object => ({
  Effect: 'Allow',
  Principal: { Service: 'logging.s3.amazonaws.com' },
  Action: ['s3:PutObject'],
  Resource: `arn:aws:s3:::${bucket}/*`,
})

/** A line of a server access log, as S3 writes it. */
export function accessLine({
  at,
  key,
  operation = 'REST.GET.OBJECT',
  requester,
  status = 200,
  uri = `GET /hubs/${key} HTTP/1.1`,
}: {
  readonly at: Date
  readonly requester: string
  readonly key: string
  readonly operation?: string
  readonly status?: number
  readonly uri?: string
}): string {
  const [day = '', time = ''] = at.toISOString().split(/T|\./)
  const [year, month = '', date] = day.split('-')
  const name = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')[Number(month) - 1]
  const owner = '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be'
  return [
    `${owner} hubs [${date}/${name}/${year}:${time} +0000] 192.0.2.3 ${requester} 3E57427F3EXAMPLE`,
    `${operation} ${key} "${uri}" ${status} - 113 2048 7 - "-" "aws-sdk-js/3 \\"quoted\\"" - s9lzHYrFp76ZVxRcpX9=`,
    `SigV4 TLS_AES_128_GCM_SHA256 AuthHeader hubs.s3.amazonaws.com TLSv1.3 - -`,
  ].join(' ')
}
