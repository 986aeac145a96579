import { writeFile } from 'node:fs/promises'
import { days, keys, listAll, type ObjectStore } from '@hubkeeper/core'
import { issueCertificate } from '../custody/chain.ts'
import { createBackup } from '../custody/create.ts'
import type { CustodyOptions } from '../custody/options.ts'
import { fingerprint } from '../custody/scratch.ts'
import { isCertificateOf } from '../custody/stored.ts'
import type { Planted } from './bytes.ts'
import type { Spot } from './catalogue.ts'
import { bytesAlone, certificateOf } from './certificate.ts'
import { memoryStore } from './memory-store.ts'

/** A small chain of certificates in a store of its own. */
export interface ChainPatient {
  readonly store: ObjectStore
  /** Ids of its backups, oldest first. */
  readonly backups: readonly string[]
}

/** How many backups the chain is about. */
const chainLength = 4

const firstBackup = Date.parse('2026-01-01T04:30:00Z')

/** A chain whose backups are small files, made by what makes the real ones. */
export async function practiceChain(options: CustodyOptions): Promise<ChainPatient> {
  const { scratch } = options
  const store = memoryStore()
  const backups: string[] = []
  for (let i = 0; i < chainLength; i++) {
    const takenAt = new Date(firstBackup + days(i))
    const practice = { ...options, store, now: () => takenAt, fence: async () => {} }
    const path = scratch.path('drilled-backup')
    await writeFile(path, `what backup ${i + 1} of the drill holds\n`)
    const snapshot = { path, takenAt, sourceEtag: null, ...(await fingerprint(path)) }
    const { manifest } = await createBackup(practice, snapshot, 'request', [])
    await scratch.remove(path)
    await issueCertificate(practice, certificateOf(options, manifest, bytesAlone))
    backups.push(manifest.id)
  }
  return { store, backups }
}

const positionOf = ({ backups }: ChainPatient, sample: number): number => sample % backups.length

const placeOf = (position: number): string => `backup ${position + 1} of ${chainLength}`

/** The objects of the backup that it is about, with their bytes. */
async function objectsOf({ backups, store }: ChainPatient, position: number) {
  const objects: { key: string; body: Uint8Array }[] = []
  for await (const { key } of listAll(store, keys.backup(backups[position] ?? ''))) {
    const stored = await store.get(key)
    if (stored !== null) objects.push({ key, body: stored.body })
  }
  return objects
}

/** Changes one digit of a certificate: it can be read as well as before, and says something else. */
export async function tamper(patient: ChainPatient, { choose, sample }: Spot): Promise<Planted> {
  const { store } = patient
  const position = positionOf(patient, sample)
  const id = patient.backups[position] ?? ''
  const objects = await objectsOf(patient, position)
  for (const { body, key } of objects.filter(({ key }) => isCertificateOf(id, key))) {
    const text = new TextDecoder().decode(body)
    const digests = [...text.matchAll(/[0-9a-f]{64}/g)]
    const at = (digests[choose('digest', digests.length)]?.index ?? 0) + choose('digit', 64)
    await store.put(key, `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}`)
    return {
      place: `the certificate of ${placeOf(position)}`,
      undo: async () => {
        await store.put(key, body)
      },
    }
  }
  throw new RangeError(`${placeOf(position)} has no certificate`)
}

/** Deletes everything of a backup, without a word to the chain. */
export async function loseBackup(patient: ChainPatient, { sample }: Spot): Promise<Planted> {
  const { store } = patient
  const position = positionOf(patient, sample)
  const objects = await objectsOf(patient, position)
  for (const { key } of objects) await store.delete(key)
  return {
    place: placeOf(position),
    undo: async () => {
      for (const { body, key } of objects) await store.put(key, body)
    },
  }
}
