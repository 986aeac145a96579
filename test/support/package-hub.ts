import { createHash } from 'node:crypto'
import { type ConfigInput, type HubConfig, parseConfig } from '@hubkeeper/core'

/** The configuration of a hub with packages, defaults filled in. */
export function hubOfPackages(
  changes: Partial<ConfigInput['hubs'][string]> = {},
): HubConfig & { id: string } {
  const hub = {
    database: { path: 'hub.db' },
    requirements: ['requirements*.txt', 'deps/**/*.txt'],
    ...changes,
  }
  const found = parseConfig(JSON.stringify({ hubs: { hub } }), 'the test').hubs.hub
  if (found === undefined) throw new Error('there is no hub')
  return { ...found, id: 'hub' }
}

/** SHA-256 of a text, hex. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')
