import type { Access, Fence, HubConfig, LogRotator, LogSource, ObjectStore } from '@hubkeeper/core'
import { logsKeptElsewhere, storedLogRotator } from '../stored-log-rotator.ts'
import { storedLogs } from '../stored-logs.ts'

/** The hub's logs: in CloudWatch Logs where a group is named, else beside its database. */
export async function logsOf(
  hub: HubConfig,
  access: NonNullable<Access['logs']>,
  store: ObjectStore,
  fence: Fence,
): Promise<LogSource | LogRotator> {
  const { logs } = hub
  if (logs?.logGroup === undefined) {
    return access === 'rotate'
      ? storedLogRotator({ store, hub, fence })
      : storedLogs({ store, patterns: logs?.files ?? [] })
  }
  // Its client is loaded by the few functions that read logs from there.
  const [{ logsClient }, { cloudWatchLogs }] = await Promise.all([
    import('../logs-client.ts'),
    import('../cloudwatch-logs.ts'),
  ])
  const { logGroup } = logs
  const source = cloudWatchLogs({ client: logsClient(), logGroup, now: () => new Date() })
  return access === 'rotate'
    ? logsKeptElsewhere(source, `the log group ${logGroup} deletes its events by its own retention`)
    : source
}
