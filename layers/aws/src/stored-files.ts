import { posix } from 'node:path'
import {
  type HubCleaner,
  type HubFiles,
  listAll,
  type ObjectInfo,
  type ObjectStore,
  prefixOf,
} from '@hubkeeper/core'

/** The objects that begin as one of the globs does: one that begins with a wildcard lists the whole store. */
export async function* objectsAround(
  store: ObjectStore,
  patterns: readonly string[],
): AsyncGenerator<ObjectInfo> {
  const folders = [...new Set(patterns.map(prefixOf))]
  // What begins as another one of the list is listed with that one.
  const apart = folders.filter((one) => !folders.some((other) => other !== one && one.startsWith(other)))
  for (const folder of apart) {
    for await (const object of listAll(store, folder)) {
      // The console of S3 makes empty objects for folders.
      if (!object.key.endsWith('/')) yield object
    }
  }
}

/** The objects that one of the globs matches, by key; see {@link objectsAround} for what is listed. */
export async function matchObjects(store: ObjectStore, patterns: readonly string[]): Promise<ObjectInfo[]> {
  const plain = patterns.map((pattern) => pattern.replace(/^(?:\.\/)+/, ''))
  const found: ObjectInfo[] = []
  for await (const object of objectsAround(store, plain)) {
    if (plain.some((pattern) => posix.matchesGlob(object.key, pattern))) found.push(object)
  }
  return found.sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** Files of the hub as objects. */
export function storedFiles({ store }: { readonly store: ObjectStore }): HubFiles {
  return {
    async match(patterns) {
      const objects = await matchObjects(store, patterns)
      return objects.map(({ bytes, key, modifiedAt }) => ({ key, bytes, modifiedAt }))
    },

    async read(key, maxBytes) {
      const info = await store.head(key)
      if (info === null) return null
      // HTTP knows no empty range.
      if (info.bytes === 0 || maxBytes <= 0) return new Uint8Array()
      const found = await store.get(key, { range: { start: 0, end: Math.min(maxBytes, info.bytes) - 1 } })
      return found?.body ?? null
    },
  }
}

/** Files that a function does not reach: temporary files and caches lie on the hub's own machine. */
export const unreachableFiles = (files: HubFiles): HubCleaner => ({
  ...files,
  elsewhere: 'temporary files and caches lie on the hub’s own machine, which this does not run on',
  candidates: async () => ({ files: [], closed: [] }),
  open: async () => null,
  delete: async () => ({ state: 'kept', reason: 'it lies on the hub’s own machine' }),
  removeEmptyDirectories: async () => 0,
})
