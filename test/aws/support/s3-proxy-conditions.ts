import type { Call } from './s3-proxy-call.ts'

/** An error as S3 answers it. */
export interface Refusal {
  readonly status: number
  readonly code: string
  readonly message?: string
}

const unmet: Refusal = { status: 412, code: 'PreconditionFailed' }
const absent: Refusal = { status: 404, code: 'NoSuchKey' }

/** Asks for an object's ETag; null when it is absent. */
export type EtagOf = (bucket: string, key: string, versionId: string | null) => Promise<string | null>

const plain = (etag: string): string => etag.replaceAll('"', '')

const header = (call: Call, name: string): string | undefined => {
  const value = call.headers[name]
  return typeof value === 'string' ? value : undefined
}

async function onSource(call: Call, etagOf: EtagOf): Promise<Refusal | null> {
  const source = header(call, 'x-amz-copy-source')
  if (source === undefined) return null
  const { pathname, searchParams } = new URL(source.replace(/^\/?/, '/'), 'http://source')
  const [bucket = '', ...rest] = pathname.slice(1).split('/').map(decodeURIComponent)
  const etag = await etagOf(bucket, rest.join('/'), searchParams.get('versionId'))
  if (etag === null) return absent
  const wanted = header(call, 'x-amz-copy-source-if-match')
  return wanted !== undefined && plain(wanted) !== plain(etag) ? unmet : null
}

async function onDestination(call: Call, etagOf: EtagOf): Promise<Refusal | null> {
  const ifMatch = header(call, 'if-match')
  const ifNoneMatch = header(call, 'if-none-match')
  if (ifMatch === undefined && ifNoneMatch === undefined) return null
  const etag = await etagOf(call.bucket, call.key, null)
  if (ifNoneMatch !== undefined) return etag === null ? null : unmet
  if (etag === null) return absent
  return plain(ifMatch ?? '') === plain(etag) ? null : unmet
}

/** The operations whose conditions moto does not look at, or only at some. */
export const needsConditions = ({ operation, service }: Call): boolean =>
  service === 's3' && ['CopyObject', 'UploadPartCopy', 'CompleteMultipartUpload'].includes(operation)

/** What S3 would answer where moto does as it is told; null when the conditions are met. */
export async function refusal(call: Call, etagOf: EtagOf): Promise<Refusal | null> {
  const found = await onSource(call, etagOf)
  if (found !== null || call.operation === 'UploadPartCopy') return found
  return onDestination(call, etagOf)
}
