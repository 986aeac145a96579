import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { S3Client } from '@aws-sdk/client-s3'
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns'
import { createS3Client, hubStore, s3Store } from '@hubkeeper/aws/drivers'
import { type ConfigInput, type ObjectStore, parseConfig } from '@hubkeeper/core'
import * as z from 'zod'
import { tasks } from '../../../../functions/tasks.ts'
import { bundleAll } from '../../../../infra/bundle/assets.ts'
import { HubkeeperApp } from '../../../../infra/hubkeeper-app.ts'
import { createVersionedBucket } from '../bucket.ts'
import { type Moto, startMoto } from '../moto.ts'
import { type Call, type S3Proxy, startProxy } from '../s3-proxy.ts'
import { demandsOf, listing } from './demands.ts'
import { allowing, type Demand, policySchema, type Statement } from './policy.ts'
import { type Interference, type Invoked, invokeOnce } from './sandbox.ts'
import { account, type DeployedTemplate, readTemplate, region } from './template.ts'

const functionSchema = z.looseObject({
  FunctionName: z.string(),
  Code: z.looseObject({ S3Key: z.string() }),
  Layers: z.array(z.string()),
  Timeout: z.number(),
  Environment: z.looseObject({ Variables: z.record(z.string(), z.string()) }),
  Role: z.string(),
})

/** A deployed function, as its template says. */
export interface DeployedFunction {
  readonly name: string
  readonly task: string
  readonly statements: readonly Statement[]
  readonly accessKeyId: string
  /** Everything it asked for, allowed or not. */
  readonly demands: { readonly action: string; readonly resource: string; readonly allowed: boolean }[]
  readonly used: Set<Statement>
}

/** What is other than the template says, for one invocation. */
export interface Circumstances extends Interference {
  /** ms. */
  readonly timeout?: number
  /** Environment variables over those of the function. */
  readonly variables?: Readonly<Record<string, string>>
}

/** A deployment on the stand-in for AWS, made of what was synthesized. */
export interface Cloud {
  readonly s3: S3Client
  readonly proxy: S3Proxy
  readonly functions: ReadonlyMap<string, DeployedFunction>
  /** Folder of each layer, by its description. */
  readonly layers: readonly (readonly [description: string, folder: string])[]
  /** Folder with a task's own code. */
  folderOf(task: string): string
  readonly template: DeployedTemplate
  readonly hubBucket: string
  readonly backupBucket: string
  /** Where accesses to the other two are logged. */
  readonly accessLogBucket: string
  /** Everything below a prefix of a bucket, with every right. */
  storeIn(bucket: string, prefix: string): ObjectStore
  /** A hub's store with every right, for the tests themselves. */
  storeOf(hub: string): ObjectStore
  /** Whether a function's role allows something; counts as a demand of that function. */
  permits(accessKeyId: string, demand: Demand): boolean
  /** Runs a task's own bundle, layers and environment, with its own role's rights. */
  invoke(task: string, event: unknown, circumstances?: Circumstances): Promise<Invoked>
  stop(): Promise<void>
}

/** The tests' own key: it may do everything. */
const owner = { accessKeyId: 'AKIAOWNER', secretAccessKey: 'secret' }

/** Synthesizes a configuration and sets it up on moto. */
export async function deploy(config: ConfigInput): Promise<Cloud> {
  const folder = mkdtempSync(join(tmpdir(), 'hubkeeper-cloud-'))
  const assembly = join(folder, 'assembly')
  const parsed = parseConfig(JSON.stringify(config), 'hubkeeper.json')
  const assets = await bundleAll(parsed, tasks, join(folder, 'bundle'))
  new HubkeeperApp({ config: parsed, tasks, assets, outdir: assembly }).synth()
  const { name } = parsed.aws
  const storage = readTemplate(assembly, `${name}-storage`)
  const template = readTemplate(assembly, `${name}-maintenance`, [storage])

  const moto: Moto = await startMoto()
  const proxy = await startProxy({ target: moto.url })
  const options = { endpoint: proxy.url, region, credentials: owner }
  process.env.AWS_ACCESS_KEY_ID = owner.accessKeyId
  process.env.AWS_SECRET_ACCESS_KEY = owner.secretAccessKey
  const s3 = createS3Client({ endpoint: proxy.url, region })
  for (const { id } of storage.ofType('AWS::S3::Bucket')) {
    await createVersionedBucket(s3, storage.refOf(id))
  }
  const sns = new SNSClient(options)
  for (const { id } of template.ofType('AWS::SNS::Topic')) {
    await sns.send(new CreateTopicCommand({ Name: template.refOf(id).split(':').at(-1) }))
  }

  const deployed = functionsOf(template, assembly, folder, `${name}-`)
  const byKey = new Map([...deployed.values()].map((one) => [one.function.accessKeyId, one.function]))
  proxy.authorize = (call) => authorize(byKey, call)
  proxy.mayList = (call) => {
    const caller = byKey.get(call.accessKeyId)
    if (caller === undefined) return true
    const statement = allowing(caller.statements, listing(call.bucket, call.key))
    if (statement !== null) caller.used.add(statement)
    return statement !== null
  }
  const bucket = (output: string): string => String(storage.exported(`${name}-storage-${output}`))
  const hubBucket = bucket('HubBucket')
  const backupBucket = bucket('BackupBucket')

  return {
    s3,
    proxy,
    template,
    hubBucket,
    backupBucket,
    accessLogBucket: bucket('AccessLogBucket'),
    storeIn: (name, prefix) => s3Store({ client: s3, bucket: name, prefix }),
    layers: layersOf(template, assembly).map(
      ({ description, folder: layer }) => [description, layer] as const,
    ),
    folderOf: (task) => deployed.get(task)?.taskRoot ?? '',
    functions: new Map([...deployed].map(([task, one]) => [task, one.function])),
    permits: (accessKeyId, demand) => permits(byKey.get(accessKeyId), demand),
    storeOf: (hub) => hubStore(s3, { hubBucket, backupBucket }, hub),
    async invoke(task, event, { timeout, variables: others, ...interference } = {}) {
      const found = deployed.get(task)
      if (found === undefined) throw new Error(`no function of ${task} was deployed`)
      const variables = {
        ...found.variables,
        AWS_REGION: region,
        AWS_ENDPOINT_URL: proxy.url,
        AWS_ACCESS_KEY_ID: found.function.accessKeyId,
        AWS_SECRET_ACCESS_KEY: 'secret',
        // moto cannot read compressed requests.
        AWS_DISABLE_REQUEST_COMPRESSION: 'true',
        ...others,
      }
      return invokeOnce({ ...found, variables, timeout: timeout ?? found.timeout }, event, interference)
    },
    async stop() {
      await proxy.stop()
      await moto.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface Runnable {
  readonly function: DeployedFunction
  readonly taskRoot: string
  readonly modules: string
  readonly variables: Readonly<Record<string, string>>
  readonly timeout: number
}

const assetOf = (assembly: string, s3Key: string): string =>
  join(assembly, `asset.${s3Key.replace(/\.zip$/, '')}`)

const layerSchema = z.looseObject({ Description: z.string(), Content: z.looseObject({ S3Key: z.string() }) })

const layersOf = (template: DeployedTemplate, assembly: string) =>
  template.ofType('AWS::Lambda::LayerVersion').map(({ id, properties }) => {
    const { Content, Description } = layerSchema.parse(properties)
    return { ref: template.refOf(id), description: Description, folder: assetOf(assembly, Content.S3Key) }
  })

/** Every function with its own asset, its layers unpacked over one another, and its role's statements. */
function functionsOf(
  template: DeployedTemplate,
  assembly: string,
  folder: string,
  prefix: string,
): Map<string, Runnable> {
  const layers = new Map(layersOf(template, assembly).map((layer) => [layer.ref, layer.folder]))
  const runtime = runtimeModules(folder)
  return new Map(
    template.ofType('AWS::Lambda::Function').map(({ properties }, index) => {
      const { Code, Environment, FunctionName, Layers, Role, Timeout } = functionSchema.parse(properties)
      const opt = join(folder, 'opt', FunctionName)
      mkdirSync(opt, { recursive: true })
      for (const layer of Layers) cpSync(layers.get(layer) ?? '', opt, { recursive: true })
      const task = FunctionName.slice(prefix.length)
      return [
        task,
        {
          taskRoot: assetOf(assembly, Code.S3Key),
          modules: [join(opt, 'nodejs/node_modules'), runtime].join(delimiter),
          variables: Environment.Variables,
          timeout: Timeout * 1000,
          function: {
            name: FunctionName,
            task,
            accessKeyId: `AKIAFUNCTION${index}`,
            statements: statementsOf(template, Role),
            demands: [],
            used: new Set<Statement>(),
          },
        },
      ]
    }),
  )
}

/**
 * What Lambda's runtime brings: the SDK, and nothing else of this project. Links, so that the SDK finds
 * what it needs itself, which the layers do not see.
 */
function runtimeModules(folder: string): string {
  const target = join(folder, 'runtime')
  mkdirSync(target, { recursive: true })
  for (const scope of ['@aws-sdk', '@smithy']) {
    symlinkSync(join(import.meta.dirname, '../../../../node_modules', scope), join(target, scope))
  }
  return target
}

function statementsOf(template: DeployedTemplate, roleArn: string): Statement[] {
  const roles = template.ofType('AWS::IAM::Role').filter(({ id }) => {
    return roleArn.endsWith(template.refOf(id))
  })
  const names = roles.map(({ id }) => template.refOf(id))
  // What does not fit into a role's own policy is in others that are attached to it.
  const policies = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) => template.ofType(type))
  return policies.flatMap(({ properties }) => {
    const { PolicyDocument, Roles } = z
      .looseObject({ PolicyDocument: policySchema, Roles: z.array(z.string()) })
      .parse(properties)
    return Roles.some((role) => names.includes(role)) ? PolicyDocument.Statement : []
  })
}

const authorize = (byKey: ReadonlyMap<string, DeployedFunction>, call: Call): boolean =>
  demandsOf(call).every((demand) => permits(byKey.get(call.accessKeyId), demand))

/** Whoever is no function is the owner, who may do everything. */
function permits(caller: DeployedFunction | undefined, demand: Demand): boolean {
  if (caller === undefined) return true
  const statement = allowing(caller.statements, demand)
  caller.demands.push({ action: demand.action, resource: demand.resource, allowed: statement !== null })
  if (statement !== null) caller.used.add(statement)
  return statement !== null
}

/** Account id in the ARNs that a schedule would name. */
export const scheduleArn = (name: string): string =>
  `arn:aws:scheduler:${region}:${account}:schedule/hubkeeper/${name}`
