import * as z from 'zod'
import { type Access, needsAudit } from './access.ts'
import { auditSchema } from './config/audit.ts'
import { type Config, type HubConfig, hubSchema } from './config/schema.ts'
import type { ExpectedTask } from './ledger/overdue.ts'
import { scheduleSchema } from './schedule.ts'

/** The environment variable that holds {@link Deployment} as JSON. */
export const deploymentVariable = 'HUBKEEPER_DEPLOYMENT'

/** The file beside a function's code that holds {@link FunctionConfig} as JSON. */
export const functionConfigFile = 'config.json'

/** Namespace of every metric in CloudWatch. */
export const metricNamespace = 'Hubkeeper'

/** Where a deployment keeps things: known only once it is deployed. */
export const deploymentSchema = z.strictObject({
  /** Databases, logs, reports and state: `<hub>/<key>`. */
  hubBucket: z.string().min(1),
  /** `<hub>/backups/…`. */
  backupBucket: z.string().min(1),
  /** Accesses to the other two; an older deployment does not tell. */
  accessLogBucket: z.string().min(1).optional(),
  /** Name of the build that runs scanners, where some hub has something to scan. */
  scannersProject: z.string().min(1).optional(),
  /** ARN of the topic for each audience. */
  topics: z.strictObject({
    'on-call': z.string().startsWith('arn:'),
    /** That of those on call where nobody answers for security. */
    security: z.string().startsWith('arn:'),
    team: z.string().startsWith('arn:'),
  }),
})

/** See {@link deploymentSchema}. */
export type Deployment = z.infer<typeof deploymentSchema>

/** What one function knows: the part of each hub's configuration that its access needs. */
export const functionConfigSchema = z.strictObject({
  hubs: z.record(z.string(), hubSchema),
  /** What is expected to run; for functions that read the ledger. */
  tasks: z.array(
    z.strictObject({
      name: z.string(),
      schedule: scheduleSchema,
      /** What its function may use up; an older deployment does not tell. */
      limits: z.strictObject({ memory: z.number(), timeout: z.number(), scratch: z.number() }).optional(),
    }),
  ),
  /** The deployment's name, which the names of its functions begin with; for those that start others. */
  deployment: z.string().optional(),
})

/** See {@link functionConfigSchema}. */
export type FunctionConfig = z.infer<typeof functionConfigSchema>

/** Name of the function of a task. */
export const functionNameOf = (deployment: string, task: string): string => `${deployment}-${task}`

/** The key under which everything of a hub is in the buckets: `<hub>/`. */
export const hubPrefix = (hub: string): string => `${hub}/`

/** The part of the configuration that a task with this access needs. */
export function functionConfigOf(
  access: Access,
  { aws, hubs }: Config,
  tasks: readonly ExpectedTask[],
): FunctionConfig {
  const slices = Object.entries(hubs).map(([id, hub]) => [id, sliceOf(access, hub)] as const)
  return {
    hubs: Object.fromEntries(slices),
    tasks:
      access.ledger === undefined
        ? []
        : tasks.map(({ limits, name, schedule }) => ({ limits, name, schedule })),
    ...(access.tasks === undefined ? {} : { deployment: aws.name }),
  }
}

function sliceOf(
  access: Access,
  { api, audit, control: _commands, logs, recovery: _start, searchIndex, ...hub }: HubConfig,
): HubConfig {
  return {
    ...hub,
    // Services, directories and buckets of the hub's own machine mean nothing to a function.
    root: '.',
    services: [],
    requirements: [access.files, access.packages, access.scanners].every((level) => level === undefined)
      ? []
      : hub.requirements,
    audit: needsAudit(access) ? audit : auditSchema.parse({}),
    backups: { retention: hub.backups.retention, files: access.files === undefined ? [] : hub.backups.files },
    scratch: undefined,
    ...(access.api === undefined || api === undefined ? {} : { api }),
    ...((access.logs === undefined && access.secrets === undefined) || logs === undefined ? {} : { logs }),
    // What deletes logs has to know where they may not lie.
    ...((access.files === undefined && access.indexes === undefined && access.logs !== 'rotate') ||
    searchIndex === undefined
      ? {}
      : { searchIndex }),
  }
}
