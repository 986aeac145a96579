import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { SNSClient } from '@aws-sdk/client-sns'
import { seconds } from '@hubkeeper/core'

/** Where a client's requests go; what is left out is found as the SDK does, `AWS_ENDPOINT_URL` included. */
export interface ClientOptions {
  readonly region?: string
  readonly endpoint?: string
  readonly credentials?: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
}

/**
 * Retries and timeouts of every client here. The SDK by itself waits without end for an answer, and a
 * Lambda that waits is ended by its time limit, without a report. These are small requests that are
 * answered within a second: one that was not after ten seconds is better sent again. At worst all
 * attempts take 40 seconds and their pauses, which every task's time limit leaves room for.
 */
export const patience = {
  maxAttempts: 4,
  retryMode: 'standard',
  requestHandler: {
    connectionTimeout: seconds(3),
    requestTimeout: seconds(10),
    // Without it a request that takes too long is only warned about.
    throwOnRequestTimeout: true,
  },
} as const

/** A client for metrics. */
export const cloudWatchClient = (options: ClientOptions = {}): CloudWatchClient =>
  new CloudWatchClient({ ...patience, ...options })

/** A client for topics. */
export const snsClient = (options: ClientOptions = {}): SNSClient =>
  new SNSClient({ ...patience, ...options })
