import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

const resourceSchema = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
})

const templateSchema = z.looseObject({
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z
    .record(
      z.string(),
      z.looseObject({ Value: z.unknown(), Export: z.looseObject({ Name: z.string() }).optional() }),
    )
    .default({}),
})

type Resource = z.infer<typeof resourceSchema>

/** Account and region that everything is pretended to be in. */
export const account = '123456789012'
/** See {@link account}. */
export const region = 'us-east-1'

const pseudo: Readonly<Record<string, string>> = {
  'AWS::AccountId': account,
  'AWS::Region': region,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
}

/** A synthesized stack with its intrinsic functions worked out, as CloudFormation would. */
export interface DeployedTemplate {
  readonly resources: Readonly<Record<string, Resource>>
  /** A value with `Ref`, `Fn::GetAtt`, `Fn::Join`, `Fn::Sub` and `Fn::ImportValue` worked out. */
  resolve(value: unknown): unknown
  /** What another stack imports by this name; undefined when this one does not export it. */
  exported(name: string): unknown
  /** The resources of a type, by logical id, with their properties worked out. */
  ofType(type: string): { readonly id: string; readonly properties: Readonly<Record<string, unknown>> }[]
  /** What `Ref` gives. */
  refOf(id: string): string
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads a template of a cloud assembly; `imports` are the stacks that it imports from. */
export function readTemplate(
  assembly: string,
  stack: string,
  imports: readonly DeployedTemplate[] = [],
): DeployedTemplate {
  const text = readFileSync(join(assembly, `${stack}.template.json`), 'utf8')
  const { Outputs, Resources } = templateSchema.parse(JSON.parse(text))

  const nameOf = (id: string): string => {
    const { Properties, Type } = Resources[id] ?? { Type: '', Properties: {} }
    const [, , kind = ''] = Type.split('::')
    const given = resolve(Properties[`${kind}Name`] ?? Properties.Name)
    return typeof given === 'string' ? given : `${stack}-${id}`.toLowerCase().slice(0, 63)
  }
  const arnOf = (id: string): string => {
    const name = nameOf(id)
    switch (Resources[id]?.Type) {
      case 'AWS::S3::Bucket':
        return `arn:aws:s3:::${name}`
      case 'AWS::SNS::Topic':
        return `arn:aws:sns:${region}:${account}:${name}`
      case 'AWS::SQS::Queue':
        return `arn:aws:sqs:${region}:${account}:${name}`
      case 'AWS::Lambda::Function':
        return `arn:aws:lambda:${region}:${account}:function:${name}`
      case 'AWS::Logs::LogGroup':
        return `arn:aws:logs:${region}:${account}:log-group:${name}:*`
      default:
        return `arn:aws:other:${region}:${account}:${name}`
    }
  }
  const refOf = (id: string): string =>
    pseudo[id] ?? (Resources[id]?.Type === 'AWS::SNS::Topic' ? arnOf(id) : nameOf(id))

  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolve)
    if (!isRecord(value)) return value
    const [entry, ...others] = Object.entries(value)
    if (entry !== undefined && others.length === 0) {
      const [name, argument] = entry
      if (name === 'Ref') return refOf(String(argument))
      if (name === 'Fn::GetAtt' && Array.isArray(argument)) {
        return argument[1] === 'Arn' || argument[1] === 'TopicArn'
          ? arnOf(String(argument[0]))
          : nameOf(String(argument[0]))
      }
      if (name === 'Fn::Join' && Array.isArray(argument) && Array.isArray(argument[1])) {
        return argument[1].map(resolve).join(String(argument[0]))
      }
      if (name === 'Fn::Sub' && typeof argument === 'string') {
        return argument.replaceAll(/\$\{([^}]+)\}/g, (_, id: string) => refOf(id))
      }
      if (name === 'Fn::ImportValue') {
        const found = imports
          .map((other) => other.exported(String(argument)))
          .find((seen) => seen !== undefined)
        if (found === undefined) throw new Error(`${stack} imports ${argument}, which nobody exports`)
        return found
      }
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]))
  }

  return {
    resources: Resources,
    resolve,
    refOf,
    exported(name) {
      const output = Object.values(Outputs).find(({ Export }) => Export?.Name === name)
      return output === undefined ? undefined : resolve(output.Value)
    },
    ofType: (type) =>
      Object.entries(Resources).flatMap(([id, { Properties, Type }]) => {
        const properties = resolve(Properties)
        return Type === type && isRecord(properties) ? [{ id, properties }] : []
      }),
  }
}
