import type { HubConfig, LogSource, ObjectStore } from '@hubkeeper/core'
import { storedLogs } from '../stored-logs.ts'

/** The hub's logs: in CloudWatch Logs where a group is named, else beside its database. */
export async function logsOf({ logs }: HubConfig, store: ObjectStore): Promise<LogSource> {
  if (logs?.logGroup === undefined) return storedLogs({ store, patterns: logs?.files ?? [] })
  // Its client is loaded by the few functions that read logs from there.
  const [{ logsClient }, { cloudWatchLogs }] = await Promise.all([
    import('../logs-client.ts'),
    import('../cloudwatch-logs.ts'),
  ])
  return cloudWatchLogs({ client: logsClient(), logGroup: logs.logGroup, now: () => new Date() })
}
