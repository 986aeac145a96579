import { createHash } from 'node:crypto'
import {
  type Backup,
  type BackupList,
  type BackupManifest,
  type Certificate,
  certificateSchema,
  keys,
  listAll,
  manifestSchema,
  type ObjectInfo,
  type ObjectStore,
  type Pin,
  type StrayBackup,
} from '@hubkeeper/core'
import * as z from 'zod'
import { type MarkRecord, type Marks, MarksUnreadableError } from './marks.ts'
import { pins, quarantines } from './records.ts'

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

/** Objects below each backup's id, by key in ascending order. */
async function objectsById(store: ObjectStore): Promise<Map<string, ObjectInfo[]>> {
  const byId = new Map<string, ObjectInfo[]>()
  for await (const object of listAll(store, keys.backups)) {
    const id = object.key.slice(keys.backups.length).split('/')[0] ?? ''
    const known = byId.get(id)
    if (known === undefined) byId.set(id, [object])
    else known.push(object)
  }
  return byId
}

const isCertificate = (id: string, { key }: ObjectInfo): boolean =>
  key.startsWith(`${keys.backup(id)}certificate-`)

/** The newest certificate that can be read; runs are ULIDs, so the last key is the newest. */
async function newestCertificate(
  store: ObjectStore,
  id: string,
  all: readonly ObjectInfo[],
): Promise<Certificate | null> {
  const candidates = all.filter((object) => isCertificate(id, object)).toReversed()
  for (const { key } of candidates) {
    const certificate = await readJson(store, key, certificateSchema)
    if (certificate !== null && certificate.backup === id) return certificate
  }
  return null
}

/** Parts of a backup that is not whole. */
function strayOf(
  id: string,
  all: readonly ObjectInfo[],
  manifest: BackupManifest | null,
  pin: Pin | null,
): StrayBackup {
  const has = (key: string): boolean => all.some((object) => object.key === key)
  const [lack, reason] =
    manifest !== null && manifest.id === id
      ? (['copy', `its copy ${manifest.key} is gone`] as const)
      : has(keys.manifest(id))
        ? (['sound-manifest', 'its manifest cannot be read'] as const)
        : (['manifest', 'it has no manifest'] as const)
  return {
    id,
    reason,
    lack,
    certified: all.some((object) => isCertificate(id, object)),
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    writtenAt: new Date(Math.max(...all.map(({ modifiedAt }) => modifiedAt.getTime()))),
    pin,
  }
}

/** The marks; or none, and why they are not known: a backup can be restored all the same. */
async function marksOf<T>(
  record: MarkRecord<T>,
  store: ObjectStore,
): Promise<{ marks: Marks<T>; problem: string | null }> {
  try {
    return { marks: await record.read(store), problem: null }
  } catch (error) {
    if (!(error instanceof MarksUnreadableError)) throw error
    return { marks: new Map(), problem: error.message }
  }
}

/** Everything under the backups' prefix, oldest first. */
export async function listBackups(store: ObjectStore): Promise<BackupList> {
  const backups: Backup[] = []
  const strays: StrayBackup[] = []
  const pinned = await marksOf(pins, store)
  const quarantined = await marksOf(quarantines, store)
  for (const [id, all] of await objectsById(store)) {
    const manifest = await readJson(store, keys.manifest(id), manifestSchema)
    const pin = pinned.marks.get(id) ?? null
    if (manifest?.id === id && all.some(({ key }) => key === manifest.key)) {
      const certificate = await newestCertificate(store, id, all)
      backups.push({ manifest, certificate, pin, quarantine: quarantined.marks.get(id) ?? null })
    } else {
      strays.push(strayOf(id, all, manifest, pin))
    }
  }
  backups.sort((a, b) => a.manifest.takenAt.localeCompare(b.manifest.takenAt))
  return {
    backups,
    strays,
    pinsUnreadable: pinned.problem,
    quarantineUnreadable: quarantined.problem,
  }
}
