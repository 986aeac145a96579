import { type HubCleaner, type HubControl, type HubFileRestorer, parseConfig } from '@hubkeeper/core'
import type { ChildRun } from '../../../layers/sqlite/src/engine/child.ts'
import { leastProven } from './model.ts'

/** Little is kept for long, so that something is deleted. */
const retention = { days: 1, weeks: 0, months: 0, years: 0, minimumProven: leastProven }

/** The configuration of the hub of every play. */
export const hub = (() => {
  const text = JSON.stringify({
    hubs: { hub: { database: { path: 'hub.db' }, backups: { retention } } },
  })
  const config = parseConfig(text, 'the play').hubs.hub
  if (config === undefined) throw new Error('the hub is not configured')
  return { ...config, id: 'hub' }
})()

/** Nobody told how the hub’s server is stopped. */
export const noControl: HubControl = {
  configured: false,
  stop: async () => {},
  start: async () => {},
  leftStopped: async () => null,
}

/** The hub has no files that could be cleaned up. */
export const noFiles: HubCleaner = {
  elsewhere: 'this hub has none',
  match: async () => [],
  read: async () => null,
  candidates: async () => ({ files: [], closed: [] }),
  open: async () => null,
  delete: async () => ({ state: 'kept', reason: 'this hub has none' }),
  removeEmptyDirectories: async () => 0,
}

/** Nor any that are kept with its backups. */
export const noKeptFiles: HubFileRestorer = {
  elsewhere: null,
  match: async () => [],
  read: async () => null,
  candidates: async () => ({ files: [], leftOut: [] }),
  copy: async () => null,
  readCopy: async () => new Uint8Array(),
  replace: async (key) => {
    throw new Error(`there is no ${key} to put back`)
  },
}

/** What the engine says of a lock that was not let go. */
export const locked = {
  state: 'fault',
  fault: { kind: 'locked', message: 'the database is locked', missing: [] },
} as const

/** How a process of the engine ends that dies. */
export const crashed: ChildRun = {
  lines: [],
  stopped: { by: 'crash', detail: 'the process ended' },
  peakMemory: null,
}
