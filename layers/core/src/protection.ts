import { posix } from 'node:path'
import type { HubConfig } from './config/schema.ts'
import { keys } from './keys.ts'

/** What of a hub's configuration says which files it cannot do without. */
export type ProtectedPlaces = Pick<HubConfig, 'logs' | 'requirements' | 'searchIndex'> & {
  readonly database: { readonly path: string }
}

/** Whether a glob matches a key; a name that begins with a dot only where the glob says the dot. */
export const matchesGlob = (key: string, pattern: string): boolean =>
  posix.matchesGlob(key, posix.normalize(pattern))

/** Whether any of these globs matches a key. */
export const matchesAny = (key: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => matchesGlob(key, pattern))

/** Folders of Hubkeeper's own. */
export const ownFolders: readonly string[] = [keys.backups, keys.reports, keys.state]

/** The one of {@link ownFolders} that a key lies below; null for none. Some disks do not tell capitals apart. */
export const ownFolderOf = (key: string): string | null =>
  ownFolders.find((folder) => key.toLowerCase().startsWith(folder)) ?? null

/** Whether a key lies below a `.git`. */
export const isBelowGit = (key: string): boolean => key.toLowerCase().split('/').includes('.git')

/** Files that SQLite makes beside a database. */
const journal = /-(wal|shm|journal)$/

/**
 * Why a file is never cleaned up, whatever a glob says, judged by its key; null where nothing speaks
 * against it.
 */
export function protectionOf(
  key: string,
  { database, logs, requirements, searchIndex }: ProtectedPlaces,
): string | null {
  // Some disks do not tell capitals apart.
  const name = key.toLowerCase()
  const isAmong = (patterns: readonly string[]): boolean =>
    patterns.includes(key) || matchesAny(key, patterns)
  if (name === posix.normalize(database.path).toLowerCase()) return 'the database'
  if (journal.test(name)) return 'a journal of SQLite'
  const own = ownFolderOf(key)
  if (own !== null) return `below ${own}`
  if (posix.basename(name) === 'hubkeeper.json') return 'a configuration of Hubkeeper'
  if (isBelowGit(key)) return 'below .git'
  if (logs !== undefined && isAmong([...logs.files, ...logs.rotation.live])) return 'a configured log'
  if (isAmong(searchIndex?.files ?? [])) return 'a file of the search index'
  return isAmong(requirements) ? 'a requirements file' : null
}
