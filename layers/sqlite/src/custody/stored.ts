import { createHash } from 'node:crypto'
import {
  type BackupManifest,
  type Certificate,
  certificateSchema,
  keys,
  listAll,
  manifestSchema,
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
  /** SHA-256 of its bytes. */
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

/** Objects that are read at once. */
const width = 8

const decoder = new TextDecoder()

/** Everything below the backups' prefix with its small objects read, by id in ascending order. */
export async function readStored(store: ObjectStore): Promise<StoredBackup[]> {
  const byId = new Map<string, string[]>()
  for await (const { key } of listAll(store, keys.backups)) {
    const id = key.slice(keys.backups.length).split('/')[0] ?? ''
    byId.set(id, [...(byId.get(id) ?? []), key])
  }
  const backups: StoredBackup[] = []
  const ids = [...byId]
  for (let i = 0; i < ids.length; i += width) {
    const some = ids.slice(i, i + width)
    backups.push(...(await Promise.all(some.map(([id, present]) => readBackup(store, id, present)))))
  }
  return backups
}

async function readBackup(store: ObjectStore, id: string, present: readonly string[]): Promise<StoredBackup> {
  const certificates: StoredCertificate[] = []
  for (const key of present.filter((key) => key.startsWith(`${keys.backup(id)}certificate-`))) {
    const text = await textAt(store, key)
    // Gone since it was listed is gone.
    if (text === null) continue
    certificates.push({
      key,
      backup: id,
      digest: sha256Of(text),
      certificate: parse(text, certificateSchema),
    })
  }
  const text = await textAt(store, keys.manifest(id))
  return {
    id,
    keys: new Set(present),
    manifest: text === null ? null : parse(text, manifestSchema),
    manifestDigest: text === null ? null : sha256Of(text),
    certificates,
  }
}

/** The text of a small object; null when there is none. */
export async function textAt(store: ObjectStore, key: string): Promise<string | null> {
  const stored = await store.get(key)
  return stored === null ? null : decoder.decode(stored.body)
}

/** What a text says under a schema; null when it does not. */
export function parse<T>(text: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}
