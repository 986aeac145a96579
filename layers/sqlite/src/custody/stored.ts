import { createHash } from 'node:crypto'
import {
  type BackupManifest,
  type Certificate,
  certificateSchema,
  codeOf,
  HubkeeperError,
  keys,
  listAll,
  manifestSchema,
  mebibytes,
  type ObjectInfo,
  type ObjectStore,
} from '@hubkeeper/core'
import type * as z from 'zod'

/** SHA-256 of a text, hex. */
export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex')

/** A certificate as it lies in the store. */
export interface StoredCertificate {
  readonly key: string
  /** Id of the backup that it lies with. */
  readonly backup: string
  /** SHA-256 of its bytes; empty when they cannot be read. */
  readonly digest: string
  /** Null when it cannot be read as one. */
  readonly certificate: Certificate | null
}

/** What lies below the id of a backup, whole or not. */
export interface StoredBackup {
  readonly id: string
  readonly keys: ReadonlySet<string>
  /** Null where there is none, or none that can be read. */
  readonly manifest: BackupManifest | null
  /** SHA-256 of the manifest's bytes; null where there is none. */
  readonly manifestDigest: string | null
  /** In the order in which they were issued. */
  readonly certificates: readonly StoredCertificate[]
}

/** Whether both parts are there that make a backup. */
export const isWhole = ({ id, keys: present, manifest }: StoredBackup): boolean =>
  manifest !== null && manifest.id === id && present.has(manifest.key)

/** Backups of which something is read at once. */
const width = 8

const decoder = new TextDecoder()

/** Whether an object is named as a certificate of a backup. */
export const isCertificateOf = (id: string, key: string): boolean => key.startsWith(keys.certificates(id))

/** What `read` makes of the objects of each backup, whole or not, by id in ascending order. */
export async function eachBackup<T>(
  store: ObjectStore,
  read: (id: string, present: readonly ObjectInfo[]) => Promise<T>,
): Promise<T[]> {
  const byId = new Map<string, ObjectInfo[]>()
  for await (const object of listAll(store, keys.backups)) {
    const id = object.key.slice(keys.backups.length).split('/')[0] ?? ''
    const known = byId.get(id)
    if (known === undefined) byId.set(id, [object])
    else known.push(object)
  }
  const all: T[] = []
  const ids = [...byId]
  for (let i = 0; i < ids.length; i += width) {
    const some = ids.slice(i, i + width)
    all.push(...(await Promise.all(some.map(([id, present]) => read(id, present)))))
  }
  return all
}

/** Everything below the backups' prefix with its small objects read, by id in ascending order. */
export const readStored = (store: ObjectStore): Promise<StoredBackup[]> =>
  eachBackup(store, (id, present) => readBackup(store, id, present))

async function readBackup(
  store: ObjectStore,
  id: string,
  present: readonly ObjectInfo[],
): Promise<StoredBackup> {
  const certificates: StoredCertificate[] = []
  for (const object of present.filter(({ key }) => isCertificateOf(id, key))) {
    const { key } = object
    const text = await recordAt(store, object)
    if (text === null) continue
    const certificate = text === unreadable ? null : parse(text, certificateSchema)
    certificates.push({ key, backup: id, digest: text === unreadable ? '' : sha256Of(text), certificate })
  }
  const found = present.find(({ key }) => key === keys.manifest(id))
  const text = found === undefined ? null : await recordAt(store, found)
  const isText = text !== null && text !== unreadable
  return {
    id,
    keys: new Set(present.map(({ key }) => key)),
    manifest: isText ? parse(text, manifestSchema) : null,
    manifestDigest: isText ? sha256Of(text) : null,
    certificates,
  }
}

/** More is no record, whatever it is called, bytes: a manifest of 100,000 files has some 25 MB. */
const largestRecord = mebibytes(64)

/** There is something that nobody can read. */
export const unreadable = Symbol('unreadable')

/**
 * The text of a record that was listed; null when it is gone since. What the disk does not give, or is too large
 * to be one, is {@link unreadable}: that must not keep anybody from the other backups.
 */
export async function recordAt(
  store: ObjectStore,
  { bytes, key }: Pick<ObjectInfo, 'bytes' | 'key'>,
): Promise<string | typeof unreadable | null> {
  if (bytes > largestRecord) return unreadable
  try {
    return await textAt(store, key)
  } catch (error) {
    // Of a store that does not answer now, nothing is known.
    if (error instanceof HubkeeperError && codeOf(error.cause) === 'EIO') return unreadable
    throw error
  }
}

/** The text of a small object; null when there is none. */
export async function textAt(store: ObjectStore, key: string): Promise<string | null> {
  const stored = await store.get(key)
  return stored === null ? null : decoder.decode(stored.body)
}

/** A small object as it was read; `etag` is null when it is absent, `value` also when it is not understood. */
export interface Read<T> {
  readonly value: T | null
  readonly etag: string | null
}

/** A small JSON object with its version. */
export async function readAt<T>(store: ObjectStore, key: string, schema: z.ZodType<T>): Promise<Read<T>> {
  const stored = await store.get(key)
  if (stored === null) return { value: null, etag: null }
  return { value: parse(decoder.decode(stored.body), schema), etag: stored.info.etag }
}

/** A small JSON object; null when it is absent or not what `schema` says. */
export async function readJson<T>(store: ObjectStore, key: string, schema: z.ZodType<T>): Promise<T | null> {
  return (await readAt(store, key, schema)).value
}

/** What a text says under a schema; null when it does not. */
export function parse<T>(text: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}
