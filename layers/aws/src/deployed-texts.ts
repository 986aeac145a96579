import {
  type EnvironmentResponse,
  GetFunctionConfigurationCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda'
import {
  folderOf,
  type HubConfig,
  isGrantable,
  isSearched,
  type LogSource,
  matchesAny,
  type ObjectStore,
  readTexts,
  type SearchedText,
  type SecretTexts,
  type UnsearchedText,
  untilTrouble,
} from '@hubkeeper/core'
import { type ClientOptions, patience } from './clients.ts'
import { serviceError } from './service-error.ts'
import { objectsAround } from './stored-files.ts'
import { storedLogs } from './stored-logs.ts'

/** See {@link deployedTexts}. */
export interface DeployedTextsOptions {
  readonly store: ObjectStore
  readonly hub: Pick<HubConfig, 'audit' | 'logs'>
  readonly functions: LambdaClient
  /** In place of the log files, where the hub logs elsewhere; null where it does not. */
  readonly logs: LogSource | null
}

type Text = SearchedText | UnsearchedText

/** A client for what functions are configured with. */
export const functionsClient = (options: ClientOptions = {}): LambdaClient =>
  new LambdaClient({ ...patience, ...options })

/**
 * The texts of a hub on AWS: configuration and logs that are kept as objects, a log group, and the variables of
 * the functions that `audit.secrets` names.
 */
export function deployedTexts({ functions, hub, logs, store }: DeployedTextsOptions): SecretTexts {
  const { secrets } = hub.audit
  const files = secrets.files.filter(isGrantable)
  const logFiles = secrets.logs ? (hub.logs?.files ?? []) : []
  const patterns = logFiles.filter((pattern) => isGrantable(folderOf(pattern)))
  const wide = [...secrets.files, ...(logs === null ? logFiles : [])].filter(
    (pattern) => !files.includes(pattern) && !patterns.includes(pattern),
  )
  const stored = storedLogs({ store, patterns })

  async function* configuration(): AsyncGenerator<Text> {
    const isLog = (key: string): boolean => logs === null && matchesAny(key, patterns)
    for await (const { key } of objectsAround(store, files)) {
      if (!isSearched(key, files) || isLog(key)) continue
      yield* readTexts({ place: key, kind: 'config', chunks: stored.read(key) })
    }
  }

  async function* logTexts(): AsyncGenerator<Text> {
    if (!secrets.logs) return
    const source = logs ?? stored
    for (const { key } of patterns.length === 0 && logs === null ? [] : await source.files()) {
      yield* readTexts({ place: key, kind: 'log', chunks: source.read(key) })
    }
  }

  return {
    async *texts() {
      if (wide.length > 0) yield tooWide(wide)
      yield* untilTrouble(configuration(), { place: 'configuration', kind: 'config' })
      yield* untilTrouble(logTexts(), { place: 'logs', kind: 'log' })
      for (const name of secrets.functions) yield await variablesOf(functions, name)
    },
  }
}

const tooWide = (patterns: readonly string[]): Text => ({
  state: 'unread',
  place: patterns.join(', '),
  kind: 'config',
  reason:
    'begins with a wildcard: on AWS only what lies below a named folder is searched, as the right to read would be one to all of the hub',
  leftOut: true,
})

/** The variables of a function, one a line. */
async function variablesOf(client: LambdaClient, name: string): Promise<Text> {
  const of = { place: name, kind: 'environment' } as const
  try {
    const command = new GetFunctionConfigurationCommand({ FunctionName: name })
    const { Environment = {} } = await client.send(command)
    const reason = refusalIn(Environment)
    if (reason !== null) return { ...of, state: 'unread', reason }
    const lines = Object.entries(Environment.Variables ?? {}).map(
      ([variable, value]) => `${variable}=${value.replace(/\r?\n/g, '\\n')}`,
    )
    return { ...of, state: 'read', text: lines.join('\n'), firstLine: 1 }
  } catch (error) {
    const { message } = serviceError(error, `cannot read the variables of the function ${name}`)
    return { ...of, state: 'unread', reason: message }
  }
}

/** Why its variables are not told, where their key may not be used. */
const refusalIn = ({ Error: refused }: EnvironmentResponse): string | null =>
  refused === undefined
    ? null
    : `its variables cannot be decrypted: ${refused.Message ?? refused.ErrorCode ?? 'unknown'}`
