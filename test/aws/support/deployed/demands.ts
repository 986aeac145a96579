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

/** Where IAM has another name for a question about a bucket than S3. */
const onBuckets: Readonly<Record<string, string>> = {
  GetBucketEncryption: 's3:GetEncryptionConfiguration',
  GetObjectLockConfiguration: 's3:GetBucketObjectLockConfiguration',
  GetPublicAccessBlock: 's3:GetBucketPublicAccessBlock',
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
  const audited = auditDemand(call)
  return [audited ?? { action: `${call.service}:${call.operation}`, resource: '*', context: {} }]
}

/** The parameter of a request in JSON or as a form. */
const parameterOf = ({ body }: Call, name: string): string =>
  new RegExp(`"${name}":"([^"]+)"`).exec(body)?.[1] ?? new URLSearchParams(body).get(name) ?? ''

const inAccount = (service: string, resource: string): string =>
  `arn:aws:${service}:${service === 'iam' ? '' : region}:${account}:${resource}`

/** What an audit’s questions ask for; null for other calls. */
function auditDemand(call: Call): Demand | null {
  const demand = (action: string, resource: string): Demand => ({
    action,
    resource: inAccount(call.service, resource),
    context: {},
  })
  switch (call.operation) {
    case 'DescribeSecret':
      // Secrets Manager puts six characters of its own behind every name.
      return demand('secretsmanager:DescribeSecret', `secret:${parameterOf(call, 'SecretId')}-a1B2c3`)
    case 'ListAccessKeys':
      return demand('iam:ListAccessKeys', `user/${parameterOf(call, 'UserName')}`)
    case 'DescribeImageScanFindings':
      return demand('ecr:DescribeImageScanFindings', `repository/${parameterOf(call, 'repositoryName')}`)
    default: {
      const name = /^GET \/2015-03-31\/functions\/([^/]+)\/configuration$/.exec(call.operation)?.[1]
      return name === undefined ? null : demand('lambda:GetFunctionConfiguration', `function:${name}`)
    }
  }
}

function s3Demands(call: Call): Demand[] {
  if (call.operation === 'ListObjectsV2') return [listing(call.bucket, call.query.prefix ?? '')]
  const action = onObjects[call.operation] ?? onBuckets[call.operation] ?? `s3:${call.operation}`
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

/** What starting or following a build asks for. */
export const building = (action: string, project: string): Demand => ({
  action: `codebuild:${action}`,
  resource: inAccount('codebuild', `project/${project}`),
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
