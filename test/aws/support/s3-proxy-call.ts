import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

/** One request that came to the proxy, and what became of it. */
export interface Call {
  /** From the scope of its signature: `s3`, `monitoring`, `sns`, `logs`, `lambda` …; '' when unsigned. */
  readonly service: string
  /** As IAM and the SDK name it, such as `GetObject`; method and path where that cannot be told. */
  readonly operation: string
  readonly method: string
  /** '' where the request names none. */
  readonly bucket: string
  /** Decoded; '' where the request names none. */
  readonly key: string
  readonly query: Readonly<Record<string, string>>
  readonly accessKeyId: string
  readonly headers: IncomingHttpHeaders
  /** Of the request's body as it was sent. */
  readonly requestBytes: number
  /** The body, for the services that are not S3; '' for S3. */
  readonly body: string
  /** Null as long as no answer was given, and when none ever was. */
  readonly status: number | null
  /** Of the body that was answered. */
  readonly responseBytes: number
}

/** A call while it is under way. */
export type OpenCall = { -readonly [Name in keyof Call]: Call[Name] }

const onObject = new Map([
  ['GET', 'GetObject'],
  ['HEAD', 'HeadObject'],
  ['PUT', 'PutObject'],
  ['DELETE', 'DeleteObject'],
])

const onBucket = new Map([
  ['GET', 'ListObjects'],
  ['HEAD', 'HeadBucket'],
  ['PUT', 'CreateBucket'],
  ['DELETE', 'DeleteBucket'],
])

/** What a query such as `?uploads` makes of a request, by method; first come, first served. */
const subresources: readonly (readonly [
  level: 'bucket' | 'key',
  method: string,
  query: string,
  operation: string,
])[] = [
  ['key', 'POST', 'uploads', 'CreateMultipartUpload'],
  ['key', 'POST', 'uploadId', 'CompleteMultipartUpload'],
  ['key', 'DELETE', 'uploadId', 'AbortMultipartUpload'],
  ['key', 'GET', 'uploadId', 'ListParts'],
  ['key', 'POST', 'restore', 'RestoreObject'],
  ['key', 'GET', 'tagging', 'GetObjectTagging'],
  ['key', 'PUT', 'tagging', 'PutObjectTagging'],
  ['bucket', 'GET', 'list-type', 'ListObjectsV2'],
  ['bucket', 'GET', 'versions', 'ListObjectVersions'],
  ['bucket', 'GET', 'uploads', 'ListMultipartUploads'],
  ['bucket', 'GET', 'location', 'GetBucketLocation'],
  ['bucket', 'GET', 'versioning', 'GetBucketVersioning'],
  ['bucket', 'PUT', 'versioning', 'PutBucketVersioning'],
  ['bucket', 'GET', 'lifecycle', 'GetBucketLifecycleConfiguration'],
  ['bucket', 'PUT', 'lifecycle', 'PutBucketLifecycleConfiguration'],
  ['bucket', 'GET', 'policy', 'GetBucketPolicy'],
  ['bucket', 'PUT', 'policy', 'PutBucketPolicy'],
  ['bucket', 'GET', 'encryption', 'GetBucketEncryption'],
  ['bucket', 'GET', 'publicAccessBlock', 'GetPublicAccessBlock'],
  ['bucket', 'PUT', 'publicAccessBlock', 'PutPublicAccessBlock'],
  ['bucket', 'GET', 'policyStatus', 'GetBucketPolicyStatus'],
  ['bucket', 'GET', 'acl', 'GetBucketAcl'],
  ['bucket', 'PUT', 'acl', 'PutBucketAcl'],
  ['bucket', 'GET', 'ownershipControls', 'GetBucketOwnershipControls'],
  ['bucket', 'PUT', 'ownershipControls', 'PutBucketOwnershipControls'],
  ['bucket', 'GET', 'object-lock', 'GetObjectLockConfiguration'],
  ['bucket', 'GET', 'logging', 'GetBucketLogging'],
  ['bucket', 'PUT', 'logging', 'PutBucketLogging'],
  ['bucket', 'PUT', 'encryption', 'PutBucketEncryption'],
  ['bucket', 'POST', 'delete', 'DeleteObjects'],
]

interface S3Request {
  readonly method: string
  readonly bucket: string
  readonly key: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: IncomingHttpHeaders
}

function s3Operation({ bucket, headers, key, method, query }: S3Request): string | null {
  if (bucket === '') return method === 'GET' ? 'ListBuckets' : null
  const copies = headers['x-amz-copy-source'] !== undefined
  if (key !== '' && method === 'PUT' && 'uploadId' in query) return copies ? 'UploadPartCopy' : 'UploadPart'
  const level = key === '' ? 'bucket' : 'key'
  const found = subresources.find(([where, how, name]) => where === level && how === method && name in query)
  if (found !== undefined) return found[3]
  if (copies && method === 'PUT') return 'CopyObject'
  return (key === '' ? onBucket : onObject).get(method) ?? null
}

/** What a request asks for. */
export function openCall(request: IncomingMessage, body: Buffer): OpenCall {
  const { headers, method = 'GET', url = '/' } = request
  const { pathname, searchParams } = new URL(url, 'http://proxy')
  const query = Object.fromEntries(searchParams)
  const credential =
    /Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1] ?? query['X-Amz-Credential'] ?? ''
  const [accessKeyId = '', , , service = ''] = credential.split('/')
  const isS3 = service === 's3'
  const [bucket = '', ...rest] = isS3 ? pathname.slice(1).split('/').map(decodeURIComponent) : []
  const key = rest.join('/')
  const text = isS3 ? '' : body.toString()
  const targeted = headers['x-amz-target']
  const operation = isS3
    ? s3Operation({ method, bucket, key, query, headers })
    : ((typeof targeted === 'string' ? targeted.split('.').at(-1) : null) ??
      new URLSearchParams(text).get('Action') ??
      query.Action)
  return {
    service,
    operation: operation ?? `${method} ${pathname}`,
    method,
    bucket,
    key,
    query,
    accessKeyId,
    headers,
    requestBytes: body.length,
    body: text,
    status: null,
    responseBytes: 0,
  }
}
