import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Config, type ConfigInput, parseConfig, type Task } from '@hubkeeper/core'
import { Template } from 'aws-cdk-lib/assertions'
import { afterAll } from 'vitest'
import * as z from 'zod'
import { tasks } from '../../functions/tasks.ts'
import type { Assets } from '../../infra/bundle/assets.ts'
import { HubkeeperApp } from '../../infra/hubkeeper-app.ts'

/** A directory that is gone when the tests of the file are. */
export function directoryForFile(): string {
  const directory = mkdtempSync(join(tmpdir(), 'hubkeeper-infra-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Folders in place of bundles: what is in them makes no difference to a template. */
export function stubAssets(directory: string): Assets {
  const folder = (name: string): string => {
    const path = join(directory, 'stubs', name)
    mkdirSync(path, { recursive: true })
    writeFileSync(join(path, 'index.js'), `// ${name}\n`)
    return path
  }
  return {
    layers: {
      core: folder('core'),
      sqlite: folder('sqlite'),
      audit: folder('audit'),
      review: folder('review'),
      aws: folder('aws'),
    },
    functions: new Map(tasks.map(({ name }) => [name, folder(name)])),
  }
}

/** The smallest configuration of a hub that has everything. */
export const fullHub: ConfigInput['hubs'][string] = {
  timeZone: 'Europe/Berlin',
  database: { path: 'ai_knowledge_hub/knowledge_hub.db' },
  api: { baseUrl: 'https://hub.example.com', endpoints: [{ path: '/health', kind: 'health' }] },
  logs: { files: ['logs/*.log'] },
  searchIndex: { files: ['search_index/*.json'] },
}

/** As a template has them. */
type Properties = ReturnType<Template['findResources']>[string]

/** What one configuration comes to. */
export interface Synthesized {
  readonly config: Config
  readonly storage: Template
  readonly maintenance: Template
  /** Properties of every schedule of every task. */
  readonly schedules: readonly Properties[]
  readonly outdir: string
}

/** Both templates. Synthesis holds them to the rules of cdk-nag, and throws on a finding. */
export function synthesize(
  directory: string,
  input: ConfigInput,
  registry: readonly Task[] = tasks,
): Synthesized {
  const config = parseConfig(JSON.stringify(input), 'test')
  const outdir = mkdtempSync(join(directory, 'out-'))
  const app = new HubkeeperApp({ config, tasks: registry, assets: stubAssets(directory), outdir })
  app.synth()
  return {
    config,
    outdir,
    storage: Template.fromStack(app.storage),
    maintenance: Template.fromStack(app.maintenance),
    schedules: app.maintenance.schedules.flatMap((stack) =>
      Object.values(Template.fromStack(stack).findResources('AWS::Scheduler::Schedule')).map(
        (resource) => resource.Properties,
      ),
    ),
  }
}

const oneOrMore = z.union([z.unknown().array(), z.unknown()]).transform((value) => [value].flat())

const statementSchema = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMore.pipe(z.array(z.string())),
  Resource: oneOrMore.transform((resources) => resources.map(flat)),
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
})

/** A statement of a policy, its resources flattened: `arn:<AWS::Partition>:s3:::<HubBucket>/demo/…`. */
export type Statement = z.output<typeof statementSchema>

const documentSchema = z.object({ Statement: z.array(statementSchema) })

/** An intrinsic as text. */
function flat(value: unknown): string {
  if (typeof value === 'string') return value
  const join = z.object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) }).safeParse(value)
  if (join.success) {
    const [separator, parts] = join.data['Fn::Join']
    return parts.map(flat).join(separator)
  }
  const imported = z.object({ 'Fn::ImportValue': z.string() }).safeParse(value)
  if (imported.success) return `<${imported.data['Fn::ImportValue'].replace(/^.*-storage-/, '')}>`
  return JSON.stringify(value)
}

const policyTypes = [
  'AWS::IAM::Policy',
  'AWS::IAM::ManagedPolicy',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
] as const

/** Statements of every policy of a template whose id begins with `id`. */
export function statementsOf(
  template: Template,
  id = '',
  types: readonly (typeof policyTypes)[number][] = policyTypes,
): Statement[] {
  return types
    .flatMap((type) => Object.entries(template.findResources(type)))
    .filter(([logicalId]) => logicalId.startsWith(id))
    .flatMap(([, { Properties }]) => documentSchema.parse(Properties.PolicyDocument).Statement)
}

/** What the function of a task may do. */
export const allowedTo = (template: Template, task: string): Statement[] =>
  statementsOf(template, `${task.replaceAll('-', '')}Role`, ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'])
