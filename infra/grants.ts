import {
  followingGrants,
  grantsOf,
  type HubConfig,
  hubPrefix,
  keys,
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
  /** Where accesses to the other two are logged. */
  readonly accessLogBucket: string
}

const actionsOf: Readonly<Record<ObjectVerb, (large: boolean) => readonly string[]>> = {
  list: () => [],
  read: (large) => (large ? ['s3:GetObject', 's3:GetObjectVersion'] : ['s3:GetObject']),
  // Only the condition on a write tells creating from replacing; the backups' bucket insists on it.
  create: (large) => (large ? ['s3:PutObject', 's3:AbortMultipartUpload'] : ['s3:PutObject']),
  replace: (large) => actionsOf.create(large),
  delete: () => ['s3:DeleteObject'],
}

const bucketOf = (prefix: string, { backupBucket, hubBucket }: Buckets): string =>
  `arn:${Aws.PARTITION}:s3:::${prefix.startsWith(keys.backups) ? backupBucket : hubBucket}`

/** What may be done with the objects of one kind of a hub, and where they are. */
interface Located {
  readonly hub: string
  /** ARN. */
  readonly bucket: string
  /** From the hub's own prefix on. */
  readonly prefix: string
  readonly verbs: readonly ObjectVerb[]
  readonly large: boolean
}

/**
 * What a task may do with the objects of the hubs: what it declares, and what the runner needs for it.
 * Every key is taken as a prefix: a journal's name is its database's with something behind.
 */
export function objectPermissions(
  task: Task,
  hubs: Readonly<Record<string, HubConfig>>,
  buckets: Buckets,
): Permission[] {
  const located = Object.entries(hubs).flatMap(([id, hub]) => {
    const grants = [...grantsOf(task.access, hub), ...runnerGrants(task), ...followingGrants(task.access)]
    // What a task declares and its runner needs as well is one resource: the size of policies is limited.
    return [...Map.groupBy(grants, ({ prefix }) => prefix)].map(
      ([prefix, same]): Located => ({
        hub: id,
        bucket: bucketOf(prefix, buckets),
        prefix,
        verbs: same.flatMap(({ verbs }) => verbs),
        large: same.some(({ large }) => large === true),
      }),
    )
  })
  return [...located.flatMap(useOf), ...listingsOf(located)]
}

function useOf({ bucket, hub, large, prefix, verbs }: Located): Permission[] {
  const actions = [...new Set(verbs.flatMap((verb) => actionsOf[verb](large)))]
  if (actions.length === 0) return []
  return [
    {
      actions,
      resources: [`${bucket}/${hubPrefix(hub)}${prefix}*`],
      wildcard: `the objects of one kind of the hub ${hub}, whose names are not known beforehand`,
    },
  ]
}

/** How long the prefixes of one statement may be: it has to fit into a policy of its own. */
const longestListing = 3000

/** The listings of all hubs in as few statements as can be: the size of policies is limited. */
function listingsOf(located: readonly Located[]): Permission[] {
  // A reader who may not list is told "forbidden" where nothing is.
  const listed = located.filter(({ verbs }) => verbs.includes('list') || verbs.includes('read'))
  return [...Map.groupBy(listed, ({ bucket }) => bucket)].flatMap(([bucket, inBucket]) => {
    const prefixes = new Set(inBucket.map(({ hub, prefix }) => hubPrefix(hub) + listedAs(prefix)))
    return portions(widest([...prefixes])).map((patterns) => ({
      actions: ['s3:ListBucket'],
      resources: [bucket],
      conditions: { StringLike: { 's3:prefix': patterns } },
    }))
  })
}

/** What Hubkeeper keeps of a hub in small records is listed as one: their names are in its documentation. */
const listedAs = (prefix: string): string => (prefix.startsWith(keys.state) ? `${keys.state}*` : `${prefix}*`)

/** Without those that a wider one covers. */
const widest = (patterns: readonly string[]): string[] =>
  patterns.filter(
    (pattern) => !patterns.some((wider) => wider !== pattern && pattern.startsWith(wider.slice(0, -1))),
  )

/** Texts in portions of at most {@link longestListing} characters. */
function portions(texts: readonly string[]): string[][] {
  const made: string[][] = []
  let room = 0
  for (const text of texts) {
    room -= text.length + 3
    const last = made.at(-1)
    if (last === undefined || room < 0) {
      made.push([text])
      room = longestListing - text.length - 3
    } else last.push(text)
  }
  return made
}
