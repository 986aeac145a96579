import { S3Client } from '@aws-sdk/client-s3'

/** See {@link createS3Client}; each default is the SDK's own. */
export interface S3ClientOptions {
  readonly region?: string
  /** In place of AWS, such as a local server; `AWS_ENDPOINT_URL` does the same from outside. */
  readonly endpoint?: string
  /**
   * How long a transfer may stand still, in milliseconds.
   *
   * @default 20000
   */
  readonly stallMilliseconds?: number
}

const defaultStall = 20_000

/** A client whose retries and timeouts fit transfers that nobody watches. */
export function createS3Client({
  endpoint,
  region,
  stallMilliseconds = defaultStall,
}: S3ClientOptions = {}): S3Client {
  return new S3Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    // A server that is not AWS has one host name for all buckets.
    forcePathStyle: Boolean(endpoint ?? process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL),
    // Standard, not adaptive: that one slows a whole process down after the first 503, and a function
    // that is paid by the second is better off with the backoff of single requests.
    retryMode: 'standard',
    maxAttempts: 5,
    requestHandler: {
      connectionTimeout: 3000,
      // The SDK has no limit by default: one connection that goes silent would hold a function until
      // its own time limit. Silence counts, not duration, so a slow transfer that moves goes on.
      socketTimeout: stallMilliseconds,
    },
    // Asking before each body costs a new connection for every part; a refusal is rare and comes anyway.
    expectContinueHeader: false,
  })
}
