import * as z from 'zod'
import { tunableCheckIds } from '../checks.ts'
import { mebibytes } from '../units.ts'
import { analysisSchema } from './analysis.ts'
import { auditSchema } from './audit.ts'
import { awsSchema } from './aws.ts'
import { pathInHub } from './paths.ts'
import { recoverySchema } from './recovery.ts'
import { cleanupSchema, controlSchema, logRotationSchema, retentionSchema, vacuumSchema } from './upkeep.ts'

const timeZone = z.string().refine(isTimeZone, { error: 'must be an IANA time zone, such as Europe/Berlin' })

function isTimeZone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

const databaseSchema = z.strictObject({
  path: pathInHub.describe('the SQLite file, under the hub’s directory'),
  authority: z
    .enum(['server', 'offline', 'store'])
    .optional()
    .describe(
      'server: a running server has the file open; offline: nobody has; store: the stored object is the database. Else server where the hub’s directory is, store on AWS',
    ),
  lockTimeoutSeconds: z
    .number()
    .positive()
    .max(600)
    .default(30)
    .describe('how long to wait for a lock that the hub holds'),
  checkTimeoutMinutes: z
    .number()
    .positive()
    .max(720)
    .default(15)
    .describe('a check that takes longer is ended'),
  checkMemoryMiB: z.number().int().min(64).default(512).describe('a check that takes more memory is ended'),
  crossCheckMaxBytes: z
    .number()
    .int()
    .nonnegative()
    .default(mebibytes(128))
    .describe('larger databases are not cross-checked: the second engine holds the file in memory'),
  vacuum: vacuumSchema.prefault({}).describe('VACUUM of a live database, in place'),
  statements: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(64).describe('subject of its figures'),
        sql: z.string().min(1).describe('one SELECT without parameters'),
      }),
    )
    .max(20)
    .refine((statements) => new Set(statements.map(({ name }) => name)).size === statements.length, {
      error: 'every statement needs a name of its own',
    })
    .default([])
    .describe('queries of the hub whose time is measured every week'),
})

const endpointSchema = z.strictObject({
  path: z.string().startsWith('/').describe('with its query, such as /api/v1/search?q=test'),
  kind: z
    .enum(['health', 'plain'])
    .default('plain')
    .describe('health: the body is read as well; plain: the status decides'),
})

const apiSchema = z.strictObject({
  baseUrl: z.url({ protocol: /^https?$/ }).describe('such as http://127.0.0.1:8000'),
  endpoints: z.array(endpointSchema).min(1),
  timeoutSeconds: z.number().positive().max(120).default(10).describe('for a whole answer'),
  followRedirects: z.boolean().default(false).describe('else a redirect is not an answer of the hub'),
  samples: z.number().int().min(1).max(100).default(5).describe('requests per endpoint in the weekly review'),
  maxBodyBytes: z.number().int().positive().default(mebibytes(5)).describe('a longer answer is a fault'),
})

const serviceSchema = z
  .strictObject({
    name: z.string().min(1).describe('for people'),
    process: z.string().min(3).optional().describe('text in the command line of one of its processes'),
    pidFile: z.string().min(1).optional().describe('file that holds its process id'),
    port: z.number().int().min(1).max(65_535).optional().describe('TCP port on this machine'),
    unit: z.string().min(1).optional().describe('systemd unit'),
  })
  .refine(
    (service) =>
      [service.process, service.pidFile, service.port, service.unit].filter((probe) => probe !== undefined)
        .length === 1,
    { error: 'needs exactly one of process, pidFile, port, unit' },
  )

const bucketSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
      .describe('an S3 bucket, versioned'),
    prefix: z
      .string()
      .regex(/^([\w.-]+\/)*$/, { error: 'must be empty or end with /' })
      .optional()
      .describe('goes before every key; the hub’s id and / by default'),
    region: z.string().min(1).optional().describe('else as the AWS environment says'),
  })
  .describe('an S3 bucket for the backups of an embedded hub')

const thresholdsSchema = z.strictObject({ warning: z.number(), critical: z.number().nullable() })

/** One hub in `hubkeeper.json`. */
export const hubSchema = z.strictObject({
  root: z.string().min(1).default('.').describe('the hub’s directory, relative to this file'),
  timeZone: timeZone.default('UTC').describe('of schedules, and of log lines that name none'),
  database: databaseSchema,
  api: apiSchema.optional(),
  services: z.array(serviceSchema).default([]),
  logs: z
    .strictObject({
      files: z.array(pathInHub).min(1).describe('globs, such as logs/*.log'),
      logGroup: z
        .string()
        .regex(/^[\w./#-]{1,512}$/)
        .optional()
        .describe('on AWS, the CloudWatch Logs group to read in place of the files'),
      timeZone: timeZone.optional().describe('of lines that name none; the hub’s by default'),
      rotation: logRotationSchema.prefault({}).describe('daily log rotation'),
    })
    .optional(),
  searchIndex: z
    .strictObject({ files: z.array(pathInHub).min(1).describe('globs, such as search_index/*.json') })
    .optional(),
  requirements: z
    .array(pathInHub)
    .default([])
    .describe('globs of requirements*.txt files, and of package-lock.json where there is one'),
  analysis: analysisSchema.prefault({}).describe('what is analysed every month and quarter'),
  audit: auditSchema.prefault({}).describe('what is audited, and what may be upgraded'),
  backups: z
    .strictObject({
      directory: z
        .string()
        .min(1)
        .optional()
        .describe('where backups are kept, relative to this file; under the hub’s directory by default'),
      bucket: bucketSchema.optional(),
      files: z
        .array(pathInHub)
        .default(['config/**'])
        .describe('globs of files that are kept with each backup, besides requirements and the search index'),
      retention: retentionSchema.prefault({}).describe('for how long backups are kept'),
    })
    .refine(({ bucket, directory }) => bucket === undefined || directory === undefined, {
      error: 'name a directory or a bucket, not both',
    })
    .prefault({}),
  cleanup: cleanupSchema.prefault({}).describe('what the weekly cleanup may delete'),
  control: controlSchema.optional().describe('commands that stop and start the hub’s server'),
  recovery: recoverySchema.optional().describe('how the hub is started for a disaster-recovery test'),
  scratch: z
    .strictObject({ directory: z.string().min(1).describe('else state/scratch below the hub’s directory') })
    .optional()
    .describe('disk for work in progress'),
  thresholds: z
    .partialRecord(z.enum(tunableCheckIds()), thresholdsSchema)
    .default({})
    .describe('limits that replace the defaults, by check'),
})

/** The id of a hub: part of keys and metric dimensions. */
const hubId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,47}$/, {
  error: 'a hub’s id is 1 to 48 of a–z, 0–9 and -, starting with a letter or a digit',
})

/** `hubkeeper.json`. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  aws: awsSchema.prefault({}).describe('the deployment on AWS; embedded hubs need none of it'),
  hubs: z
    .record(hubId, hubSchema)
    .refine((hubs) => Object.keys(hubs).length > 0, { error: 'must name at least one hub' }),
})

/** The whole configuration, defaults filled in. */
export type Config = z.output<typeof configSchema>

/** What a person writes. */
export type ConfigInput = z.input<typeof configSchema>

/** The configuration of one hub, defaults filled in. */
export type HubConfig = z.output<typeof hubSchema>

/** The JSON Schema of `hubkeeper.json`, for editors. */
export const configJsonSchema = (): object =>
  z.toJSONSchema(configSchema, { target: 'draft-2020-12', io: 'input' })
