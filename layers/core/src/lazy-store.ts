import type { ObjectStore } from './ports/object-store.ts'

/** A store that is opened by the first use of it: its driver may be large, and not be needed. */
export function lazyStore(open: () => Promise<ObjectStore>): ObjectStore {
  let opened: Promise<ObjectStore> | null = null
  const store = (): Promise<ObjectStore> => {
    opened ??= open()
    return opened
  }
  return {
    head: async (key) => (await store()).head(key),
    list: async (prefix, page) => (await store()).list(prefix, page),
    get: async (key, options) => (await store()).get(key, options),
    put: async (key, body, condition) => (await store()).put(key, body, condition),
    download: async (key, path, options) => (await store()).download(key, path, options),
    fileOf: async (key) => (await store()).fileOf(key),
    upload: async (path, key, options) => (await store()).upload(path, key, options),
    copy: async (from, to, options) => (await store()).copy(from, to, options),
    delete: async (key, condition) => (await store()).delete(key, condition),
  }
}
