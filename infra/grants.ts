import {
  followingGrants,
  grantsOf,
  type HubConfig,
  hubPrefix,
  keys,
  type ObjectGrant,
  type ObjectVerb,
  runnerGrants,
  type Task,
} from '@hubkeeper/core'
import { Aws } from 'aws-cdk-lib'

/** Something a function may do; every one becomes a statement of its role. */
export interface Permission {
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
  /** Why a resource ends with `*`, where one does. */
  readonly wildcard?: string
}

/** Names of the buckets. */
export interface Buckets {
  readonly hubBucket: string
  readonly backupBucket: string
}

const actionsOf: Readonly<Record<ObjectVerb, (large: boolean) => readonly string[]>> = {
  list: () => [],
  read: (large) => (large ? ['s3:GetObject', 's3:GetObjectVersion'] : ['s3:GetObject']),
  // Only the condition on a write tells creating from replacing; the backups' bucket insists on it.
  create: (large) => (large ? ['s3:PutObject', 's3:AbortMultipartUpload'] : ['s3:PutObject']),
  replace: (large) => actionsOf.create(large),
  delete: () => ['s3:DeleteObject'],
}

const bucketOf = ({ prefix }: ObjectGrant, { backupBucket, hubBucket }: Buckets): string =>
  `arn:${Aws.PARTITION}:s3:::${prefix.startsWith(keys.backups) ? backupBucket : hubBucket}`

/**
 * What a task may do with the objects of one hub: what it declares, and what the runner needs for it.
 * Every key is taken as a prefix: a journal's name is its database's with something behind.
 */
export function objectPermissions(
  task: Task,
  id: string,
  hub: HubConfig,
  { buckets, tasks }: { readonly buckets: Buckets; readonly tasks: readonly Task[] },
): Permission[] {
  const grants = [
    ...grantsOf(task.access, hub),
    ...runnerGrants(task),
    ...followingGrants(task.access, tasks),
  ]
  const located = grants.map((grant) => ({
    bucket: bucketOf(grant, buckets),
    pattern: `${hubPrefix(id)}${grant.prefix}*`,
    actions: [...new Set(grant.verbs.flatMap((verb) => actionsOf[verb](grant.large === true)))],
    // A reader who may not list is told "forbidden" where nothing is.
    lists: grant.verbs.some((verb) => verb === 'list' || verb === 'read'),
  }))
  const objects = located
    .filter(({ actions }) => actions.length > 0)
    .map(({ actions, bucket, pattern }) => ({
      actions,
      resources: [`${bucket}/${pattern}`],
      wildcard: `the objects of one kind of the hub ${id}, whose names are not known beforehand`,
    }))
  const listings = [
    ...Map.groupBy(
      located.filter(({ lists }) => lists),
      ({ bucket }) => bucket,
    ),
  ].map(([bucket, grantsInBucket]) => ({
    actions: ['s3:ListBucket'],
    resources: [bucket],
    conditions: {
      StringLike: { 's3:prefix': [...new Set(grantsInBucket.map(({ pattern }) => pattern))] },
    },
  }))
  return [...objects, ...listings]
}
