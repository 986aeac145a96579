import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { type ClientOptions, patience } from './clients.ts'

/** A client for log groups; in a file of its own, since few functions load it. */
export const logsClient = (options: ClientOptions = {}): CloudWatchLogsClient =>
  new CloudWatchLogsClient({ ...patience, ...options })
