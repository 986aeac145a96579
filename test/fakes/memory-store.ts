import { createHash } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import {
  type ObjectInfo,
  ObjectMissingError,
  type ObjectStore,
  PreconditionFailedError,
  type WriteCondition,
} from '@hubkeeper/core'

interface Entry {
  readonly info: ObjectInfo
  readonly body: Uint8Array
}

const sha256 = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex')

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** What became of one object; null where it is absent. */
export interface ObjectChange {
  readonly key: string
  readonly before: Uint8Array | null
  readonly after: Uint8Array | null
}

/** Objects in memory, under real conditions; what a test needs of a store and nothing more. */
export function memoryStore(
  observe: (change: ObjectChange) => void = () => {},
): ObjectStore & { keys(): string[]; body(key: string): Uint8Array | null } {
  const entries = new Map<string, Entry>()
  let version = 0

  const check = (key: string, condition?: WriteCondition): void => {
    if (condition === undefined) return
    const etag = entries.get(key)?.info.etag ?? null
    const met = 'ifMatch' in condition ? condition.ifMatch === etag : etag === null
    if (!met) throw new PreconditionFailedError(key, JSON.stringify(condition))
  }
  const write = (key: string, body: Uint8Array, condition?: WriteCondition): ObjectInfo => {
    check(key, condition)
    version += 1
    const info = { key, bytes: body.length, etag: `v${version}`, modifiedAt: new Date() }
    const before = entries.get(key)?.body ?? null
    entries.set(key, { info, body })
    observe({ key, before, after: body })
    return info
  }
  const read = (key: string, ifMatch?: string): Entry => {
    const entry = entries.get(key)
    if (entry === undefined) throw new ObjectMissingError(key)
    if (ifMatch !== undefined) check(key, { ifMatch })
    return entry
  }

  return {
    keys: () => [...entries.keys()].sort(),
    body: (key) => entries.get(key)?.body ?? null,
    head: async (key) => entries.get(key)?.info ?? null,
    async list(prefix, page = {}) {
      const { after = '', limit = 1000 } = page
      const all = [...entries.keys()]
        .filter((key) => key.startsWith(prefix) && byBytes(key, after) > 0)
        .sort(byBytes)
      const objects = all.slice(0, limit).flatMap((key) => entries.get(key)?.info ?? [])
      return { objects, next: all.length > limit ? (objects.at(-1)?.key ?? null) : null }
    },
    async get(key, options = {}) {
      const entry = entries.get(key)
      if (entry === undefined) return null
      if (options.ifMatch !== undefined) check(key, { ifMatch: options.ifMatch })
      const { range } = options
      return range === undefined ? entry : { ...entry, body: entry.body.subarray(range.start, range.end + 1) }
    },
    put: async (key, body, condition) =>
      write(key, typeof body === 'string' ? new TextEncoder().encode(body) : body, condition),
    async download(key, path, options = {}) {
      const { body, info } = read(key, options.ifMatch)
      await writeFile(path, body, { flag: 'wx' })
      return { info, sha256: sha256(body) }
    },
    fileOf: async () => null,
    async upload(path, key, options = {}) {
      const body = await readFile(path)
      await options.confirm?.()
      const info = write(key, body, options.condition)
      if (options.consume) await rm(path)
      return { info, sha256: sha256(body) }
    },
    async copy(from, to, options = {}) {
      return write(to, read(from, options.sourceIfMatch).body, options.condition)
    },
    async delete(key, condition) {
      check(key, condition)
      const before = entries.get(key)?.body ?? null
      entries.delete(key)
      if (before !== null) observe({ key, before, after: null })
    },
  }
}
