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

const sha256Of = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex')

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** Small objects of this process alone, gone with it: for what is only practised on. */
export function memoryStore(): ObjectStore {
  const entries = new Map<string, Entry>()
  let version = 0

  function check(key: string, condition: WriteCondition | undefined): void {
    if (condition === undefined) return
    const etag = entries.get(key)?.info.etag ?? null
    const met = 'ifMatch' in condition ? condition.ifMatch === etag : etag === null
    if (!met) throw new PreconditionFailedError(key, JSON.stringify(condition))
  }

  function write(key: string, body: Uint8Array, condition: WriteCondition | undefined): ObjectInfo {
    check(key, condition)
    version += 1
    const info = { key, bytes: body.length, etag: `v${version}`, modifiedAt: new Date() }
    entries.set(key, { info, body })
    return info
  }

  function read(key: string, ifMatch: string | undefined): Entry {
    const entry = entries.get(key)
    if (entry === undefined) throw new ObjectMissingError(key)
    check(key, ifMatch === undefined ? undefined : { ifMatch })
    return entry
  }

  return {
    head: async (key) => entries.get(key)?.info ?? null,

    async list(prefix, { after = '', limit = 1000 } = {}) {
      const found = [...entries.keys()].filter((key) => key.startsWith(prefix) && byBytes(key, after) > 0)
      const page = found.sort(byBytes).slice(0, limit)
      const objects = page.map((key) => read(key, undefined).info)
      return { objects, next: found.length > limit ? (page.at(-1) ?? null) : null }
    },

    async get(key, { ifMatch, range } = {}) {
      if (!entries.has(key)) return null
      const { body, info } = read(key, ifMatch)
      return { info, body: range === undefined ? body : body.subarray(range.start, range.end + 1) }
    },

    put: async (key, body, condition) =>
      write(key, typeof body === 'string' ? new TextEncoder().encode(body) : body, condition),

    async download(key, path, { ifMatch } = {}) {
      const { body, info } = read(key, ifMatch)
      await writeFile(path, body, { flag: 'wx' })
      return { info, sha256: sha256Of(body) }
    },

    fileOf: async () => null,

    async upload(path, key, { condition, confirm, consume = false } = {}) {
      const body = await readFile(path)
      await confirm?.()
      const info = write(key, body, condition)
      if (consume) await rm(path)
      return { info, sha256: sha256Of(body) }
    },

    copy: async (from, to, { condition, sourceIfMatch } = {}) =>
      write(to, read(from, sourceIfMatch).body, condition),

    async delete(key, condition) {
      check(key, condition)
      entries.delete(key)
    },
  }
}
