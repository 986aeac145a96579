import type { Config, HubConfig, Task } from '@hubkeeper/core'
import { Arn, ArnFormat, Aws, type Stack } from 'aws-cdk-lib'
import type { Buckets, Permission } from './grants.ts'
import { accessLogPrefixes } from './storage-stack.ts'

/** What the functions of audits look at beside the objects of hubs. */
export interface AuditSurroundings {
  readonly buckets: Buckets
  /** Name of the build that runs scanners; undefined where no hub has anything to scan. */
  readonly scannersProject?: string | undefined
}

/** What a task may do for audits: only what some hub names, and of that the metadata alone. */
export function auditPermissions(
  { access }: Task,
  { hubs }: Config,
  { buckets, scannersProject }: AuditSurroundings,
  stack: Stack,
): Permission[] {
  const named = <T>(of: (audit: HubConfig['audit']) => readonly T[]): T[] => [
    ...new Set(Object.values(hubs).flatMap(({ audit }) => of(audit))),
  ]
  const images = named(({ image }) => (image?.ecr === undefined ? [] : [image.ecr.repository]))
  return [
    ...(access.posture === undefined
      ? []
      : [
          ...bucketSettings(buckets),
          ...some(
            named(({ secrets }) => secrets.parameters),
            listParameters,
          ),
          ...some(
            named(({ secrets }) => secrets.names),
            (names) => describeSecrets(names, stack),
          ),
          ...some(
            named(({ secrets }) => secrets.users),
            (users) => listKeys(users, stack),
          ),
        ]),
    ...(access.secrets === undefined
      ? []
      : some(
          named(({ secrets }) => secrets.functions),
          (names) => readVariables(names, stack),
        )),
    ...(access.scanners === undefined
      ? []
      : [
          ...(scannersProject === undefined ? [] : [runBuilds(scannersProject, stack)]),
          ...some(images, (repositories) => readImageScans(repositories, stack)),
        ]),
  ]
}

/** A permission where there are any names to give it for. */
const some = (
  names: readonly string[],
  permission: (names: readonly string[]) => Permission,
): Permission[] => (names.length === 0 ? [] : [permission(names)])

const arnOf = (bucket: string): string => `arn:${Aws.PARTITION}:s3:::${bucket}`

/** How the buckets are set, and who came; nothing of what lies in them. */
function bucketSettings({ accessLogBucket, backupBucket, hubBucket }: Buckets): Permission[] {
  const log = arnOf(accessLogBucket)
  return [
    {
      actions: [
        's3:GetBucketAcl',
        's3:GetBucketOwnershipControls',
        's3:GetBucketPolicy',
        's3:GetBucketPolicyStatus',
        's3:GetBucketPublicAccessBlock',
        's3:GetBucketVersioning',
        's3:GetEncryptionConfiguration',
      ],
      resources: [arnOf(hubBucket), arnOf(backupBucket), log],
    },
    { actions: ['s3:GetBucketLogging'], resources: [arnOf(hubBucket), arnOf(backupBucket)] },
    { actions: ['s3:GetBucketObjectLockConfiguration'], resources: [arnOf(backupBucket)] },
    {
      actions: ['s3:ListBucket'],
      resources: [log],
      conditions: {
        StringLike: { 's3:prefix': Object.values(accessLogPrefixes).map((prefix) => `${prefix}*`) },
      },
    },
    {
      actions: ['s3:GetObject'],
      resources: Object.values(accessLogPrefixes).map((prefix) => `${log}/${prefix}*`),
      wildcard: 'the log of accesses to the two buckets, whose files are named by their time',
    },
  ]
}

const listParameters = (): Permission => ({
  actions: ['ssm:DescribeParameters'],
  resources: ['*'],
  wildcard: 'describing parameters knows neither resources nor conditions; it tells no values',
})

const describeSecrets = (names: readonly string[], stack: Stack): Permission => ({
  actions: ['secretsmanager:DescribeSecret'],
  resources: names.map((name) =>
    name.startsWith('arn:')
      ? name
      : Arn.format(
          {
            service: 'secretsmanager',
            resource: 'secret',
            // Secrets Manager puts six characters of its own behind every name.
            resourceName: `${name}-??????`,
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          },
          stack,
        ),
  ),
})

const listKeys = (users: readonly string[], stack: Stack): Permission => ({
  actions: ['iam:ListAccessKeys'],
  resources: users.map((resourceName) =>
    Arn.format({ service: 'iam', region: '', resource: 'user', resourceName }, stack),
  ),
})

const readVariables = (names: readonly string[], stack: Stack): Permission => ({
  actions: ['lambda:GetFunctionConfiguration'],
  resources: names.map((name) =>
    name.startsWith('arn:')
      ? name
      : Arn.format(
          {
            service: 'lambda',
            resource: 'function',
            resourceName: name,
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          },
          stack,
        ),
  ),
})

const runBuilds = (project: string, stack: Stack): Permission => ({
  actions: ['codebuild:BatchGetBuilds', 'codebuild:StartBuild'],
  resources: [Arn.format({ service: 'codebuild', resource: 'project', resourceName: project }, stack)],
})

const readImageScans = (repositories: readonly string[], stack: Stack): Permission => ({
  actions: ['ecr:DescribeImageScanFindings'],
  resources: repositories.map((resourceName) =>
    Arn.format({ service: 'ecr', resource: 'repository', resourceName }, stack),
  ),
})
