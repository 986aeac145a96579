import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import type { S3Client } from '@aws-sdk/client-s3'
import type { SNSClient } from '@aws-sdk/client-sns'
import { cloudWatchClient, snsClient } from '../clients.ts'
import { createS3Client } from '../s3/client.ts'

/** The clients that every function needs. */
export interface Clients {
  readonly s3: S3Client
  readonly metrics: CloudWatchClient
  readonly topics: SNSClient
}

/** Made once per process, so that a warm function keeps its connections. */
export const createClients = (): Clients => ({
  s3: createS3Client(),
  metrics: cloudWatchClient(),
  topics: snsClient(),
})
