import { days, type HubConfig, type LogSource, type ObjectStore, type SecretTexts } from '@hubkeeper/core'

/** How far back a log group is searched: since the last monthly audit, ms. */
const lookBack = days(31)

interface SecretTextsRequest {
  readonly hub: HubConfig
  readonly store: ObjectStore
  readonly now: () => Date
}

/** The texts in which no secret should stand; its clients are loaded by the few functions that search them. */
export async function secretTextsOf({ hub, now, store }: SecretTextsRequest): Promise<SecretTexts> {
  const { deployedTexts, functionsClient } = await import('../deployed-texts.ts')
  const logs = await logGroupOf(hub, now)
  return deployedTexts({ store, hub, functions: functionsClient(), logs })
}

async function logGroupOf({ audit, logs }: HubConfig, now: () => Date): Promise<LogSource | null> {
  if (logs?.logGroup === undefined || !audit.secrets.logs) return null
  const [{ logsClient }, { cloudWatchLogs }] = await Promise.all([
    import('../logs-client.ts'),
    import('../cloudwatch-logs.ts'),
  ])
  return cloudWatchLogs({ client: logsClient(), logGroup: logs.logGroup, now, lookBack })
}
