import {
  type Backup,
  type BackupList,
  type BackupManifest,
  type Certificate,
  certificateSchema,
  keys,
  manifestSchema,
  type ObjectInfo,
  type ObjectStore,
  type Pin,
  type StrayBackup,
} from '@hubkeeper/core'
import * as z from 'zod'
import { completed } from './chain.ts'
import { isLink, readChain, readHead } from './chain-record.ts'
import { type MarkRecord, type Marks, MarksUnreadableError } from './marks.ts'
import { pins, quarantines } from './records.ts'
import { eachBackup, isCertificateOf, parse, recordAt, sha256Of, unreadable } from './stored.ts'

/** When the newest proven backup was last seen to hold what the database holds. */
export const confirmationSchema = z.strictObject({ backup: z.string(), at: z.iso.datetime() })

/**
 * The newest certificate that can be read. The chain knows which one that is: by their keys, one from a clock
 * that ran ahead, or one that nobody issued, would stay the newest for good. One that is not as it was issued
 * is none.
 */
async function newestCertificate(
  store: ObjectStore,
  id: string,
  all: readonly ObjectInfo[],
  { digests, places }: Issued,
): Promise<Certificate | null> {
  const place = ({ key }: ObjectInfo): number => places.get(key) ?? -1
  // Of those without a place the last key is the newest, as far as the clocks were right.
  const candidates = all
    .filter(({ key }) => isCertificateOf(id, key))
    .toReversed()
    .sort((a, b) => place(b) - place(a))
  for (const object of candidates) {
    const { key } = object
    const text = await recordAt(store, object)
    if (text === null || text === unreadable) continue
    if (sha256Of(text) !== (digests.get(key) ?? sha256Of(text))) continue
    const certificate = parse(text, certificateSchema)
    if (certificate !== null && certificate.backup === id) return certificate
  }
  return null
}

/** What is known of the certificates that were issued, by their keys. */
interface Issued {
  readonly digests: ReadonlyMap<string, string>
  /** In which order; empty where the chain cannot be relied on. */
  readonly places: ReadonlyMap<string, number>
}

async function issuedIn(store: ObjectStore): Promise<Issued> {
  const read = await readChain(store)
  const chain = await completed(store, read, await readHead(store))
  const links = (chain ?? read.value)?.links.filter(isLink) ?? []
  return {
    digests: new Map(links.map(({ certificate, digest }) => [certificate, digest])),
    places: new Map(chain === null ? [] : links.map(({ certificate }, i) => [certificate, i])),
  }
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
    certified: all.some(({ key }) => isCertificateOf(id, key)),
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

/** Null when there is none, or none that can be read. */
async function manifestOf(
  store: ObjectStore,
  id: string,
  all: readonly ObjectInfo[],
): Promise<BackupManifest | null> {
  const found = all.find(({ key }) => key === keys.manifest(id))
  const text = found === undefined ? null : await recordAt(store, found)
  return text === null || text === unreadable ? null : parse(text, manifestSchema)
}

/** Everything under the backups' prefix, oldest first. */
export async function listBackups(store: ObjectStore): Promise<BackupList> {
  const pinned = await marksOf(pins, store)
  const quarantined = await marksOf(quarantines, store)
  const issued = await issuedIn(store)
  const found = await eachBackup(store, async (id, all): Promise<Backup | StrayBackup> => {
    const manifest = await manifestOf(store, id, all)
    const pin = pinned.marks.get(id) ?? null
    if (manifest?.id !== id || !all.some(({ key }) => key === manifest.key)) {
      return strayOf(id, all, manifest, pin)
    }
    const certificate = await newestCertificate(store, id, all, issued)
    return { manifest, certificate, pin, quarantine: quarantined.marks.get(id) ?? null }
  })
  return {
    backups: found
      .filter((each) => 'manifest' in each)
      .toSorted((a, b) => a.manifest.takenAt.localeCompare(b.manifest.takenAt)),
    strays: found.filter((each) => 'lack' in each),
    pinsUnreadable: pinned.problem,
    quarantineUnreadable: quarantined.problem,
  }
}
