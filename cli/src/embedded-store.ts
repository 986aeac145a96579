import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { keys, lazyStore, type ObjectStore, routedStore } from '@hubkeeper/core'
import { directoryStore } from '@hubkeeper/local'
import type { ConfiguredHub } from './config.ts'

/** Where a killed process may have left a file that it was writing. */
export const writtenDirectories = (root: string, backupsRoot: string, databaseKey: string): string[] => [
  dirname(join(root, databaseKey)),
  ...['state', 'state/backups', 'state/outbox'].map((directory) => join(root, directory)),
  ...entriesOf(join(root, 'reports')),
  ...entriesOf(join(root, 'state/memory')),
  ...entriesOf(join(backupsRoot, 'backups')),
]

/** Paths of what a directory holds; none where it is not there yet. */
const entriesOf = (directory: string): string[] =>
  existsSync(directory) ? readdirSync(directory).map((name) => join(directory, name)) : []

/** One directory for everything; or the backups in another directory, or in a bucket. */
export function storeOf(
  { backupsRoot, hub, root }: ConfiguredHub,
  isReadOnly: (key: string) => boolean,
): ObjectStore {
  const own = directoryStore({ root, isReadOnly })
  const { bucket } = hub.backups
  if (bucket !== undefined) {
    const store = lazyStore(async () => (await import('./aws/bucket.ts')).bucketStore(bucket, hub.id))
    return routedStore(own, [{ prefix: keys.backups, store }])
  }
  if (backupsRoot === root) return own
  return routedStore(own, [{ prefix: keys.backups, store: directoryStore({ root: backupsRoot }) }])
}
