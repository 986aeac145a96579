import type { Call } from '../s3-proxy.ts'
import type { Demand } from './policy.ts'
import { account, region } from './template.ts'

const onObjects: Readonly<Record<string, string>> = {
  GetObject: 's3:GetObject',
  HeadObject: 's3:GetObject',
  PutObject: 's3:PutObject',
  CreateMultipartUpload: 's3:PutObject',
  UploadPart: 's3:PutObject',
  UploadPartCopy: 's3:PutObject',
  CompleteMultipartUpload: 's3:PutObject',
  AbortMultipartUpload: 's3:AbortMultipartUpload',
  DeleteObject: 's3:DeleteObject',
}

const arn = (bucket: string, key: string): string => `arn:aws:s3:::${bucket}${key === '' ? '' : `/${key}`}`

/** What IAM would be asked for a call, as the service authorization reference has it. */
export function demandsOf(call: Call): Demand[] {
  if (call.service === 's3') return s3Demands(call)
  if (call.service === 'monitoring') {
    const context = { 'cloudwatch:namespace': /"Namespace":"([^"]+)"/.exec(call.body)?.[1] ?? '' }
    return [{ action: `cloudwatch:${call.operation}`, resource: '*', context }]
  }
  if (call.service === 'sns') {
    const resource = new URLSearchParams(call.body).get('TopicArn') ?? '*'
    return [{ action: `sns:${call.operation}`, resource, context: {} }]
  }
  if (call.service === 'logs') {
    const group = /"logGroupName":"([^"]+)"/.exec(call.body)?.[1] ?? ''
    return [
      {
        action: `logs:${call.operation}`,
        resource: `arn:aws:logs:${region}:${account}:log-group:${group}:*`,
        context: {},
      },
    ]
  }
  return [{ action: `${call.service}:${call.operation}`, resource: '*', context: {} }]
}

function s3Demands(call: Call): Demand[] {
  if (call.operation === 'ListObjectsV2') return [listing(call.bucket, call.query.prefix ?? '')]
  const action = onObjects[call.operation] ?? `s3:${call.operation}`
  const versioned = action === 's3:GetObject' && call.query.versionId !== undefined
  const own: Demand = {
    action: versioned ? 's3:GetObjectVersion' : action,
    resource: arn(call.bucket, call.key),
    context: {},
  }
  const source = call.headers['x-amz-copy-source']
  return typeof source === 'string' ? [own, sourceDemand(source)] : [own]
}

/** What starting a function asks for. */
export const starting = (name: string): Demand => ({
  action: 'lambda:InvokeFunction',
  resource: `arn:aws:lambda:${region}:${account}:function:${name}`,
  context: {},
})

/** What a listing of a prefix asks for. */
export const listing = (bucket: string, prefix: string): Demand => ({
  action: 's3:ListBucket',
  resource: arn(bucket, ''),
  context: { 's3:prefix': prefix },
})

function sourceDemand(source: string): Demand {
  const [path = '', query] = decodeURIComponent(source).replace(/^\//, '').split('?')
  const [bucket = '', ...key] = path.split('/')
  return {
    action: query?.startsWith('versionId=') ? 's3:GetObjectVersion' : 's3:GetObject',
    resource: arn(bucket, key.join('/')),
    context: {},
  }
}
