import { type ErrorCode, HubkeeperError, messageOf } from '@hubkeeper/core'

/** What was tried, for the message of {@link s3Error}. */
export interface S3Attempt {
  readonly bucket: string
  /** The key in the bucket, or the prefix of a listing. */
  readonly key: string
  /** Such as `cannot read`. */
  readonly doing: string
}

/** What an error of the SDK says for itself. */
interface Answer {
  /** The HTTP status; null where no answer came. */
  readonly status: number | null
  /** S3's code such as `NoSuchKey`, or the name of what the SDK threw. */
  readonly name: string
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

/** The status and code behind an error of the SDK. */
export function answerOf(error: unknown): Answer {
  const status = field(field(error, '$metadata'), 'httpStatusCode')
  const name = field(error, 'name')
  return { status: typeof status === 'number' ? status : null, name: typeof name === 'string' ? name : '' }
}

/** 412: the object is not what the condition said. */
export const isUnmet = (error: unknown): boolean => answerOf(error).status === 412

/** 409 to a conditional write: another one was under way, and the same again may well succeed. */
export const isConflict = (error: unknown): boolean => answerOf(error).name === 'ConditionalRequestConflict'

/** The object, or this version of it, is not there; an absent bucket or upload is something else. */
export const isAbsent = (error: unknown): boolean => {
  const { name, status } = answerOf(error)
  return status === 404 && name !== 'NoSuchBucket' && name !== 'NoSuchUpload'
}

/** Whether the SDK sent the request more than once: an earlier one may have been carried out. */
export const wasRetried = (error: unknown): boolean => {
  const tried = field(field(error, '$metadata'), 'attempts')
  return typeof tried === 'number' && tried > 1
}

interface Diagnosis {
  readonly code: ErrorCode
  readonly hint: string
}

const credentials: Diagnosis = {
  code: 'credentials',
  hint: 'get fresh AWS credentials: in Lambda from the function’s role, else with aws sso login or AWS_PROFILE',
}
const otherRegion: Diagnosis = {
  code: 'bucket-missing',
  hint: 'the bucket is in another region: set AWS_REGION to the bucket’s own, as in aws s3api get-bucket-location',
}
const throttled: Diagnosis = {
  code: 'throttled',
  hint: 'S3 asked to slow down through all retries; run this again later, or with fewer tasks at once',
}
const unreachable: Diagnosis = {
  code: 'unreachable',
  hint: 'check the network, the region and the endpoint; in a VPC, that it has a gateway endpoint for S3',
}
const noRegion: Diagnosis = { code: 'configuration', hint: 'set AWS_REGION to the bucket’s region' }
const archived: Diagnosis = {
  code: 'no-access',
  hint: 'the object is archived: bring it back with aws s3api restore-object, wait, and run this again',
}

const byName = new Map<string, Diagnosis>([
  [
    'NoSuchBucket',
    { code: 'bucket-missing', hint: 'check the bucket’s name, or deploy the stack that makes it' },
  ],
  ['PermanentRedirect', otherRegion],
  ['AuthorizationHeaderMalformed', otherRegion],
  ['IllegalLocationConstraintException', otherRegion],
  ['InvalidObjectState', archived],
  ['RequestTimeout', unreachable],
  [
    'NoSuchUpload',
    {
      code: 'io',
      hint: 'something ended the upload while it ran; see that the bucket’s rule leaves unfinished ones a day',
    },
  ],
  ...[
    'ExpiredToken',
    'ExpiredTokenException',
    'InvalidAccessKeyId',
    'InvalidToken',
    'TokenRefreshRequired',
  ].map((name): [string, Diagnosis] => [name, credentials]),
  ['SignatureDoesNotMatch', credentials],
  ['CredentialsProviderError', credentials],
  [
    'RequestTimeTooSkewed',
    { code: 'credentials', hint: 'this machine’s clock is off by more than 15 minutes: set it' },
  ],
  ...[
    'SlowDown',
    'Throttling',
    'ThrottlingException',
    'TooManyRequestsException',
    'RequestLimitExceeded',
  ].map((name): [string, Diagnosis] => [name, throttled]),
])

const denied = (text: string): Diagnosis => ({
  code: 'no-access',
  hint: /kms/i.test(text)
    ? 'allow the role kms:Decrypt and kms:GenerateDataKey on the bucket’s key'
    : 'allow the role this action on the object, and s3:ListBucket: without it an absent object is denied too',
})

const networkCode = /^(E(CONN|NOTFOUND|AI_AGAIN|HOST|NET|PIPE|TIMEDOUT|PROTO)|ERR_TLS|.*CERT)/

function isNetwork(error: unknown, name: string): boolean {
  const code = field(error, 'code')
  return name === 'TimeoutError' || (typeof code === 'string' && networkCode.test(code))
}

const byStatus = new Map<number, Diagnosis>([
  [301, otherRegion],
  [307, otherRegion],
  [429, throttled],
  [503, throttled],
])

function diagnose(error: unknown): Diagnosis {
  const { name, status } = answerOf(error)
  const named = byName.get(name)
  if (named !== undefined) return named
  if (status === 401 || status === 403) return denied(messageOf(error))
  const found = status === null ? undefined : byStatus.get(status)
  if (found !== undefined) return found
  if (name.includes('Throttl')) return throttled
  if (isNetwork(error, name)) return unreachable
  if (status === null && messageOf(error) === 'Region is missing') return noRegion
  return { code: 'io', hint: 'run this again; when it stays, see the AWS health dashboard for S3' }
}

/** An error of the SDK as one that names the object and the fix; one of our own passes as it is. */
export function s3Error(error: unknown, { bucket, doing, key }: S3Attempt): HubkeeperError {
  if (error instanceof HubkeeperError) return error
  const { code, hint } = diagnose(error)
  const { name, status } = answerOf(error)
  const said = [name, messageOf(error)].filter((part, i, all) => part !== '' && all.indexOf(part) === i)
  const answer = status === null ? '' : ` (HTTP ${status})`
  return new HubkeeperError(code, `${doing} s3://${bucket}/${key}: ${said.join(': ')}${answer}`, {
    hint,
    cause: error,
  })
}
