import { type ErrorCode, HubkeeperError, messageOf } from '@hubkeeper/core'
import { answerOf } from './s3/errors.ts'

interface Kind {
  readonly code: ErrorCode
  /** Names of errors of the services, and codes of Node's. */
  readonly names: RegExp
  readonly hint: string
}

// The first that fits counts. Services name the same trouble with and without `Exception`.
const kinds: readonly Kind[] = [
  {
    code: 'credentials',
    names:
      /^(?:ExpiredToken|RequestExpired|InvalidClientTokenId|InvalidAccessKeyId|UnrecognizedClient|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken|InvalidSecurity|AuthFailure|CredentialsProviderError|TokenProviderError)/,
    hint: 'renew the credentials and check the clock: aws sts get-caller-identity',
  },
  {
    code: 'throttled',
    names: /^(?:Throttl|TooManyRequests|RequestLimitExceeded|RequestThrottled|KMSThrottling|SlowDown)/i,
    hint: 'AWS asks for fewer requests; run it again in a minute, or ask for a higher quota',
  },
  {
    code: 'no-access',
    names:
      /^(?:AccessDenied|AuthorizationError|UnauthorizedOperation|NotAuthorized|KMSAccessDenied|Forbidden)/i,
    hint: 'the role may not do this: bring it in step with npx cdk deploy',
  },
  {
    code: 'object-missing',
    names: /^(?:NotFound|ResourceNotFound)/,
    hint: 'it was deleted, or is in another account or region: make it with npx cdk deploy',
  },
  {
    code: 'unreachable',
    names:
      /^(?:TimeoutError|RequestTimeout|NetworkingError|ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|EPIPE|EHOST|ENET)/,
    hint: 'check the network, the region and AWS_ENDPOINT_URL, then run it again',
  },
]

const statusKinds: ReadonlyMap<number, ErrorCode> = new Map([
  [403, 'no-access'],
  [429, 'throttled'],
])

/**
 * An error of CloudWatch, SNS or another service as one that says what could not be done and how to
 * mend it.
 *
 * @param what the work with the name of its metric, topic or log group: `cannot publish to topic …`
 */
export function serviceError(error: unknown, what: string): HubkeeperError {
  if (error instanceof HubkeeperError) return error
  const kind = kindOf(error)
  return new HubkeeperError(kind?.code ?? 'io', `${what}: ${reasonOf(error)}`, {
    hint: kind?.hint ?? 'look at what AWS answered; if it is trouble of its own, run it again later',
    cause: error,
  })
}

function kindOf(error: unknown): Kind | undefined {
  const names = namesOf(error)
  const named = kinds.find((kind) => names.some((name) => kind.names.test(name)))
  if (named !== undefined) return named
  const byStatus = statusKinds.get(answerOf(error).status ?? 0)
  return kinds.find(({ code }) => code === byStatus)
}

/** What an error calls itself: the service's name for it, and the system's code. */
function namesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return []
  return [error.name, ...('code' in error && typeof error.code === 'string' ? [error.code] : [])]
}

/** Some errors have no message, such as a connection refused on every address. */
function reasonOf(error: unknown): string {
  const message = messageOf(error)
  return message === '' || message === 'UnknownError' ? namesOf(error).join(' ') || 'unknown' : message
}
