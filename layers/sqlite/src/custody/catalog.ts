import { createHash } from 'node:crypto'
import {
  type Backup,
  type BackupList,
  type Certificate,
  certificateSchema,
  isProof,
  keys,
  listAll,
  manifestSchema,
  type ObjectStore,
  type StrayBackup,
} from '@hubkeeper/core'
import * as z from 'zod'

/** The end of the chain of certificates, kept apart from the backups. */
export const chainHeadSchema = z.strictObject({
  /** SHA-256 of the newest certificate's bytes. */
  digest: z.string(),
  certificate: z.string(),
})

/** When the newest proven backup was last seen to hold what the database holds. */
export const confirmationSchema = z.strictObject({ backup: z.string(), at: z.iso.datetime() })

/** A small JSON object; null when it is absent or not what `schema` says. */
export async function readJson<T>(store: ObjectStore, key: string, schema: z.ZodType<T>): Promise<T | null> {
  const stored = await store.get(key)
  if (stored === null) return null
  try {
    const parsed = schema.safeParse(JSON.parse(new TextDecoder().decode(stored.body)))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** SHA-256 of a text, hex. */
export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Keys below each backup's id, in ascending order. */
async function keysById(store: ObjectStore): Promise<Map<string, string[]>> {
  const byId = new Map<string, string[]>()
  for await (const { key } of listAll(store, keys.backups)) {
    const id = key.slice(keys.backups.length).split('/')[0] ?? ''
    const known = byId.get(id)
    if (known === undefined) byId.set(id, [key])
    else known.push(key)
  }
  return byId
}

/** The newest certificate that can be read; runs are ULIDs, so the last key is the newest. */
async function newestCertificate(
  store: ObjectStore,
  id: string,
  all: readonly string[],
): Promise<Certificate | null> {
  const candidates = all.filter((key) => key.startsWith(`${keys.backup(id)}certificate-`)).toReversed()
  for (const key of candidates) {
    const certificate = await readJson(store, key, certificateSchema)
    if (certificate !== null && certificate.backup === id) return certificate
  }
  return null
}

/** Everything under the backups' prefix, oldest first. */
export async function listBackups(store: ObjectStore): Promise<BackupList> {
  const backups: Backup[] = []
  const strays: StrayBackup[] = []
  for (const [id, all] of await keysById(store)) {
    const manifest = await readJson(store, keys.manifest(id), manifestSchema)
    if (manifest === null || manifest.id !== id) {
      const reason = all.includes(keys.manifest(id)) ? 'its manifest cannot be read' : 'it has no manifest'
      strays.push({ id, reason })
    } else if (!all.includes(manifest.key)) {
      strays.push({ id, reason: `its copy ${manifest.key} is gone` })
    } else {
      backups.push({ manifest, certificate: await newestCertificate(store, id, all) })
    }
  }
  backups.sort((a, b) => a.manifest.takenAt.localeCompare(b.manifest.takenAt))
  return { backups, strays }
}

/** Whether a backup has a certificate that proves it. */
export const isProven = (backup: Backup): boolean =>
  backup.certificate !== null &&
  isProof(backup.certificate) &&
  backup.certificate.sha256 === backup.manifest.sha256
