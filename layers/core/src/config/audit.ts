import * as z from 'zod'
import { pathInHub } from './paths.ts'

const command = z.array(z.string().min(1)).min(1)

const ignoreSchema = z.strictObject({
  id: z.string().min(1).describe('of the advisory, or one of its aliases; or a rule of a scanner'),
  package: z.string().min(1).optional().describe('only for this package; else for all'),
  reason: z.string().min(10).describe('why it does no harm here, for whoever reads this in a year'),
  until: z.iso.date().describe('the day, such as 2027-03-31, from which it counts again'),
})

const scannerSchema = z.strictObject({
  command: command.optional().describe('else what it is called on the PATH'),
  timeoutMinutes: z.number().positive().max(120).default(10),
})

/** What is audited of a hub: packages, code, secrets, how it is reached. */
export const auditSchema = z.strictObject({
  python: z
    .strictObject({
      version: z
        .string()
        .regex(/^3\.\d+(\.\d+)?$/, { error: 'must be a version such as 3.11' })
        .default('3.11')
        .describe('of the hub; markers and releases are judged for it'),
      platform: z.enum(['linux', 'darwin', 'win32']).default('linux').describe('as sys.platform says'),
      environment: pathInHub
        .optional()
        .describe('its virtual environment; else .venv, venv or env, whichever is there'),
      inventory: pathInHub
        .optional()
        .describe('what pip inspect printed, where the environment itself cannot be read'),
    })
    .prefault({}),
  updates: z
    .enum(['propose', 'apply'])
    .default('propose')
    .describe('propose: upgrades are written beside the report; apply: into the requirements files as well'),
  install: command
    .optional()
    .describe(
      'run in the hub’s directory once upgrades were applied, such as ["pip", "install", "-r", "requirements.txt"]',
    ),
  advisories: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .nullable()
        .default('https://api.osv.dev')
        .describe('a server with the OSV API; null: ask none'),
      stored: pathInHub
        .optional()
        .describe(
          'a directory or .zip of OSV records below the hub’s directory, asked when no server is or answers',
        ),
      maxAgeDays: z.number().positive().default(14).describe('older stored records are a finding'),
    })
    .prefault({}),
  releases: z
    .strictObject({
      pypi: z
        .url({ protocol: /^https?$/ })
        .nullable()
        .default('https://pypi.org')
        .describe('null: ask none'),
      npm: z
        .url({ protocol: /^https?$/ })
        .nullable()
        .default('https://registry.npmjs.org')
        .describe('null: ask none'),
    })
    .prefault({}),
  endOfLife: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default('https://endoflife.date')
    .describe('a server with the API of endoflife.date; null: only Hubkeeper’s own list counts'),
  ignore: z.array(ignoreSchema).default([]).describe('findings that are known and accepted for a time'),
  source: z
    .array(pathInHub)
    .default([])
    .describe('directories with the hub’s code, for the scanners; none are scanned without'),
  image: z
    .strictObject({
      reference: z.string().min(1).describe('such as registry/hub:1.4, as trivy takes it'),
      ecr: z
        .strictObject({ repository: z.string().min(2), tag: z.string().min(1) })
        .optional()
        .describe('where ECR scans it'),
    })
    .optional()
    .describe('container image that the hub runs in'),
  scanners: z
    .strictObject({
      bandit: scannerSchema.prefault({}),
      pipAudit: scannerSchema.prefault({}),
      trivy: scannerSchema.prefault({}),
      maxAgeDays: z.number().positive().default(180).describe('an older scanner is a finding'),
      databaseMaxAgeDays: z
        .number()
        .positive()
        .default(7)
        .describe('an older database of flaws is a finding'),
    })
    .prefault({}),
  secrets: z
    .strictObject({
      files: z
        .array(pathInHub)
        .default(['config/**', '.env', '.env.*', '*.env', '**/*.env', '**/.env', '**/.env.*'])
        .describe('globs of configuration in which no secret should stand'),
      logs: z.boolean().default(true).describe('search the logs as well'),
      maxAgeDays: z.number().positive().default(365).describe('an older secret or access key is a finding'),
      parameters: z
        .array(z.string().startsWith('/'))
        .default([])
        .describe('on AWS, prefixes of SSM parameters of the hub; their values are not read'),
      names: z
        .array(z.string().min(1))
        .default([])
        .describe('on AWS, names of secrets in Secrets Manager; their values are not read'),
      users: z
        .array(z.string().min(1))
        .default([])
        .describe('on AWS, IAM users of the hub, whose access keys’ ages are looked at, such as hub-deploy'),
      functions: z
        .array(z.string().min(1))
        .default([])
        .describe('on AWS, Lambda functions of the hub, whose variables are searched'),
    })
    .prefault({}),
  endpoints: z
    .strictObject({
      urls: z
        .array(z.url({ protocol: /^https?$/ }))
        .default([])
        .describe('how the hub is reached from outside; its api.baseUrl by default'),
      closed: z
        .array(z.url({ protocol: /^https?$/ }))
        .default([])
        .describe('administration and the like, which must not be open to everybody'),
      certificateDays: z.number().positive().default(21).describe('a certificate must hold for so many days'),
    })
    .prefault({}),
  policies: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        reviewed: z.iso.date().describe('the day of the last review'),
        everyDays: z.number().int().positive().default(365),
      }),
    )
    .default([])
    .describe('security policies that people review'),
  documentation: z
    .strictObject({
      build: command.describe('run in the hub’s directory every quarter, such as ["mkdocs", "build"]'),
      timeoutMinutes: z.number().positive().max(60).default(10),
    })
    .optional(),
})

/** See {@link auditSchema}. */
export type AuditConfig = z.output<typeof auditSchema>
