import { type Config, type HubConfig, hubPrefix, keys, prefixOf } from '@hubkeeper/core'
import { Aws } from 'aws-cdk-lib'
import type { Buckets, Permission } from '../grants.ts'

/** Whether a hub has code or an image that a build can scan. */
export const hasScans = ({ audit }: HubConfig): boolean =>
  audit.source.length > 0 || audit.image !== undefined

/** Everything that the build with the scanners may do: read what it scans, and leave what it found. */
export function scannerPermissions(
  { aws, hubs }: Config,
  { hubBucket }: Pick<Buckets, 'hubBucket'>,
  logGroup: string,
): Permission[] {
  const bucket = `arn:${Aws.PARTITION}:s3:::${hubBucket}`
  const scanned = Object.entries(hubs).filter(([, hub]) => hasScans(hub))
  // Directories with code, and whatever the globs of requirements reach.
  const read = scanned.flatMap(([id, { audit, requirements }]) =>
    audit.source.length === 0
      ? []
      : [
          ...audit.source.map((folder) => `${hubPrefix(id)}${folder.replace(/\/+$/, '')}/*`),
          ...new Set(requirements.map((pattern) => `${hubPrefix(id)}${prefixOf(pattern)}*`)),
        ],
  )
  const references = scanned.flatMap(([, { audit }]) => audit.image?.reference ?? [])
  return [
    ...(read.length === 0
      ? []
      : [
          {
            actions: ['s3:GetObject'],
            resources: read.map((prefix) => `${bucket}/${prefix}`),
            wildcard: 'the code and the requirements of hubs, whose files are not known beforehand',
          },
          {
            actions: ['s3:ListBucket'],
            resources: [bucket],
            conditions: { StringLike: { 's3:prefix': read } },
          },
        ]),
    {
      actions: ['s3:AbortMultipartUpload', 's3:PutObject'],
      resources: scanned.map(([id]) => `${bucket}/${hubPrefix(id)}${keys.scans}*`),
      wildcard: 'what scanners found in a hub, by build',
    },
    ...(aws.kmsKeyArn === undefined
      ? []
      : [{ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [aws.kmsKeyArn] }]),
    ...pullImages([...new Set(references.flatMap((reference) => repositoryOf(reference) ?? []))]),
    { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup] },
  ]
}

/** The ARN of the repository of an image, where ECR has it; null for other registries. */
function repositoryOf(reference: string): string | null {
  const found = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)/.exec(reference)
  if (found === null) return null
  const [, account, region, repository] = found
  return `arn:${Aws.PARTITION}:ecr:${region}:${account}:repository/${repository}`
}

const pullImages = (repositories: readonly string[]): Permission[] =>
  repositories.length === 0
    ? []
    : [
        {
          actions: ['ecr:GetAuthorizationToken'],
          resources: ['*'],
          wildcard: 'a token for ECR is for all of it; what may be pulled is said by the repositories',
        },
        { actions: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], resources: repositories },
      ]
