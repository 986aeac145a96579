import { basename } from 'node:path'
import { type Authority, type ConfigInput, formatBytes, UsageError } from '@hubkeeper/core'
import type { Discovery, FoundDatabase } from './discovery.ts'

/** What a person may decide; null leaves it to what was found. */
export interface Choices {
  readonly hub: string | null
  readonly database: string | null
  readonly authority: Exclude<Authority, 'store'> | null
  readonly baseUrl: string | null
}

/** A configuration, and what to tell about how it came to be. */
export interface Proposal {
  readonly config: ConfigInput
  readonly remarks: readonly string[]
}

/** A directory's name as the id of a hub. */
export function hubIdOf(directory: string): string {
  const id = basename(directory)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 48)
  return id === '' ? 'hub' : id
}

/** The database that is meant: the one named, else the one the server's configuration names, else the largest. */
export function chooseDatabase(
  { databases, directory, server }: Discovery,
  wanted: string | null,
): FoundDatabase {
  const named = wanted ?? server?.database ?? null
  const chosen = databases.find(({ key }) => key === named)
  if (chosen !== undefined) return chosen
  if (wanted !== null) {
    throw new UsageError(`${wanted} is no SQLite file under ${directory}`, {
      hint: `found: ${databases.map(({ key }) => key).join(', ') || 'none'}`,
    })
  }
  const [largest] = databases
  if (largest !== undefined) return largest
  throw new UsageError(`there is no SQLite file under ${directory}`, {
    hint: 'name the directory that holds the database; files are recognised by their first 16 bytes, six folders deep',
  })
}

/** A configuration for what was found. @throws UsageError without a database */
export function propose(discovery: Discovery, choices: Choices, timeZone: string): Proposal {
  const database = chooseDatabase(discovery, choices.database)
  const { logs, port, requirements, searchIndex, server } = discovery
  const baseUrl = choices.baseUrl ?? `http://127.0.0.1:${port?.number ?? 8000}`
  const hub = {
    timeZone,
    database: { path: database.key, authority: choices.authority ?? 'server' },
    api: { baseUrl, endpoints: endpointsOf(server?.endpoints ?? {}) },
    ...(logs.length === 0 ? {} : { logs: { files: [...logs] } }),
    ...(searchIndex.length === 0 ? {} : { searchIndex: { files: [...searchIndex] } }),
    ...(requirements.length === 0 ? {} : { requirements: [...requirements] }),
  }
  return {
    config: { hubs: { [choices.hub ?? hubIdOf(discovery.directory)]: hub } },
    remarks: remarksOf(discovery, database, baseUrl, choices.baseUrl !== null),
  }
}

/** Health first, then what the server says it serves; a search needs something to search for. */
function endpointsOf(named: Readonly<Record<string, string>>) {
  const paths = Object.entries(named)
    .filter(([, path]) => path.startsWith('/'))
    .map(([name, path]) => (name === 'search' && !path.includes('?') ? `${path}?q=test` : path))
  const others = paths.length > 0 ? paths : ['/api/v1/search?q=test']
  return [{ path: '/health', kind: 'health' as const }, ...others.map((path) => ({ path }))]
}

function remarksOf(discovery: Discovery, database: FoundDatabase, baseUrl: string, told: boolean): string[] {
  const { databases, logs, port, requirements, searchIndex, server, truncated, unreadable } = discovery
  const found = (what: string, names: readonly string[]): string =>
    names.length === 0 ? `${what}: none found` : `${what}: ${names.join(', ')}`
  const source = told
    ? 'as told'
    : port === null
      ? 'a guess: nothing names a port'
      : `a guess, from ${port.source}`
  return [
    `database: ${database.key} (${formatBytes(database.bytes)}${server?.database === database.key ? `, as ${server.key} says` : ''})`,
    ...databases
      .filter(({ key }) => key !== database.key)
      .map(({ bytes, key }) => `not kept: ${key} (${formatBytes(bytes)}); add it as a hub of its own`),
    `api: ${baseUrl} (${source})`,
    found('logs', logs),
    found('search index', searchIndex),
    found('requirements', requirements),
    ...unreadable.map((folder) => `not looked into, for lack of access: ${folder || '.'}`),
    ...(truncated ? ['the directory holds more than was looked at'] : []),
  ]
}
