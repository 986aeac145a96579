import { HubkeeperError } from './errors.ts'
import type { ObjectGrant, ObjectVerb } from './grants.ts'
import type { ObjectStore, WriteCondition } from './ports/object-store.ts'

/**
 * The part of `store` that `grants` allow; everything else is refused before it reaches the driver.
 * A write is a creation when it is conditional on absence, and a replacement otherwise.
 */
export function restrictStore(store: ObjectStore, grants: readonly ObjectGrant[], who: string): ObjectStore {
  // A database's grant reaches the journals beside it, which bear its name and a suffix.
  const covers = (grant: ObjectGrant, key: string): boolean => key.startsWith(grant.prefix)
  const demand = (verb: ObjectVerb, key: string): void => {
    if (grants.some((grant) => covers(grant, key) && grant.verbs.includes(verb))) return
    throw new HubkeeperError('no-access', `${who} may not ${verb} ${key}`, {
      hint: 'the task did not declare that access; this is a defect of the task, nothing was done',
    })
  }
  const verbOf = (condition?: WriteCondition): ObjectVerb =>
    condition !== undefined && 'ifNoneMatch' in condition ? 'create' : 'replace'

  return {
    async head(key) {
      demand('read', key)
      return store.head(key)
    },
    async list(prefix, page) {
      demand('list', prefix)
      return store.list(prefix, page)
    },
    async get(key, options) {
      demand('read', key)
      return store.get(key, options)
    },
    async put(key, body, condition) {
      demand(verbOf(condition), key)
      return store.put(key, body, condition)
    },
    async download(key, path, options) {
      demand('read', key)
      return store.download(key, path, options)
    },
    async fileOf(key) {
      demand('read', key)
      return store.fileOf(key)
    },
    async upload(path, key, options) {
      demand(verbOf(options?.condition), key)
      return store.upload(path, key, options)
    },
    async copy(from, to, options) {
      demand('read', from)
      demand(verbOf(options?.condition), to)
      return store.copy(from, to, options)
    },
    async delete(key, condition) {
      demand('delete', key)
      return store.delete(key, condition)
    },
  }
}
