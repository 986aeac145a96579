import { basename } from 'node:path'
import {
  type Backup,
  type BackupManifest,
  type BackupReason,
  type BackupWriter,
  type Certificate,
  type CrossCheck,
  type Examination,
  examinationParts,
  formatBytes,
  HubkeeperError,
  isProven,
  keys,
  ObjectMissingError,
  type Outcome,
  type Ports,
  type Proof,
  type RestoredCopy,
  type Snapshot,
} from '@hubkeeper/core'
import { ulid } from 'ulid'
import { chainHeadSchema, confirmationSchema, listBackups, readJson, sha256Of } from './catalog.ts'
import { certify } from './certify.ts'
import type { CustodyOptions } from './options.ts'
import { setPin } from './pins.ts'
import { prunerOf } from './prune.ts'
import { fingerprint } from './scratch.ts'

const absent = { ifNoneMatch: '*' } as const

/** `20261124T043000Z-7f3k2p`: sorts by time, can be read, and is unique. */
function backupIdOf(takenAt: Date): string {
  const time = takenAt.toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '')
  return `${time}-${ulid().slice(-6).toLowerCase()}`
}

/** The backups of one hub under the protocol of `docs/backups.md`, at a level of access. */
export function openBackups(
  options: CustodyOptions,
  level: keyof Ports['backups'],
): Ports['backups'][keyof Ports['backups']] {
  const { confirm, create, pin, prove, ...reader } = custodyOf(options)
  if (level === 'write') return { ...reader, confirm, create, pin, prove }
  return level === 'prune' ? { ...reader, ...prunerOf(options) } : reader
}

function custodyOf(options: CustodyOptions): BackupWriter {
  const { database, engine, fence, hub, now, run, scratch, store } = options

  const list: BackupWriter['list'] = () => listBackups(store)

  const proven = async (): Promise<Backup[]> => (await list()).backups.filter(isProven)

  async function newestProven(
    among?: readonly Backup[],
  ): Promise<{ backup: Backup; currentAt: Date } | null> {
    const backup = (among ?? (await list()).backups).findLast(isProven)
    if (backup === undefined) return null
    const confirmation = await readJson(store, keys.confirmation, confirmationSchema)
    const times = [backup.manifest.takenAt]
    if (confirmation?.backup === backup.manifest.id) times.push(confirmation.at)
    return { backup, currentAt: new Date(Math.max(...times.map((time) => Date.parse(time)))) }
  }

  async function restoreToScratch(backup: Backup): Promise<RestoredCopy> {
    const { manifest } = backup
    const file = await store.fileOf(manifest.key)
    const { bytes, path, sha256 } = file === null ? await downloadCopy(manifest) : await readInPlace(file)
    return {
      backup,
      path,
      bytes,
      sha256,
      intact: bytes === manifest.bytes && sha256 === manifest.sha256,
      dispose: () => (file === null ? scratch.remove(path) : Promise.resolve()),
    }
  }

  /** Backups are never written again, so one on this machine is read where it lies. */
  const readInPlace = async (path: string) => ({ path, ...(await fingerprint(path)) })

  async function downloadCopy({ bytes, id, key }: BackupManifest) {
    await scratch.requireSpace(bytes, `reading back backup ${id}`)
    const path = scratch.path(basename(key))
    const { info, sha256 } = await store.download(key, path)
    return { path, bytes: info.bytes, sha256 }
  }

  const examine = (copy: RestoredCopy): Promise<Examination> =>
    engine.examine(copy.path, { parts: examinationParts, scratch: scratch.directory })

  async function crossCheck(
    copy: RestoredCopy,
  ): Promise<{ crossCheck: Outcome<CrossCheck> | null; crossCheckSkipped: string | null }> {
    if (copy.bytes <= options.crossCheckMaxBytes) {
      return { crossCheck: await engine.crossCheck(copy.path), crossCheckSkipped: null }
    }
    const limit = formatBytes(options.crossCheckMaxBytes)
    const crossCheckSkipped = `${formatBytes(copy.bytes)} is more than database.crossCheckMaxBytes (${limit})`
    return { crossCheck: null, crossCheckSkipped }
  }

  /** Writes the certificate and makes it the end of the chain. */
  async function issue(certificate: Omit<Certificate, 'previous'>): Promise<Certificate> {
    const head = await store.get(keys.certificateHead)
    const previous = await readJson(store, keys.certificateHead, chainHeadSchema)
    const issued = { ...certificate, previous: previous?.digest ?? null }
    const text = `${JSON.stringify(issued, null, 2)}\n`
    const key = keys.certificate(certificate.backup, ulid(now().getTime()))
    await fence()
    await store.put(key, text, absent)
    const next = JSON.stringify({ digest: sha256Of(text), certificate: key })
    await store.put(keys.certificateHead, next, head === null ? absent : { ifMatch: head.info.etag })
    return issued
  }

  return {
    list,
    newestProven,
    restoreToScratch,
    examine,

    async find(selector) {
      if (selector instanceof Date) {
        const limit = selector.toISOString()
        return (await proven()).findLast(({ manifest }) => manifest.takenAt <= limit) ?? null
      }
      if (selector === 'latest') return (await proven()).at(-1) ?? null
      return (await list()).backups.find(({ manifest }) => manifest.id === selector) ?? null
    },

    async create(snapshot: Snapshot, reason: BackupReason) {
      const id = backupIdOf(snapshot.takenAt)
      const key = keys.backup(id) + basename(database.key)
      await fence()
      if (snapshot.sourceEtag === null || !(await copyInStore(key, snapshot.sourceEtag))) {
        await uploadSnapshot(key, snapshot)
      }
      const manifest: BackupManifest = {
        schema: 1,
        id,
        hub,
        database: database.key,
        key,
        reason,
        run,
        takenAt: snapshot.takenAt.toISOString(),
        bytes: snapshot.bytes,
        sha256: snapshot.sha256,
        sourceEtag: snapshot.sourceEtag,
      }
      await store.put(keys.manifest(id), `${JSON.stringify(manifest, null, 2)}\n`, absent)
      return { manifest, certificate: null, pin: null }
    },

    async prove(backup): Promise<Proof> {
      const started = now().getTime()
      const baseline = (await newestProven())?.backup.certificate?.foreignKeyViolations ?? null
      const copy = await readBack(backup)
      // Both engines only read it, each in a process of its own.
      const [examination, second] = copy.intact
        ? await Promise.all([examine(copy), crossCheck(copy)])
        : [null, { crossCheck: null, crossCheckSkipped: null }]
      await copy.dispose()
      const { bytes, sha256 } = copy
      const judgement = certify({
        manifest: backup.manifest,
        bytes,
        sha256,
        examination,
        baseline,
        ...second,
      })
      const certificate = await issue({
        schema: 1,
        backup: backup.manifest.id,
        hub,
        database: backup.manifest.database,
        issuedAt: now().toISOString(),
        run,
        bytes,
        sha256,
        ...judgement,
      })
      return { certificate, examination, durationSeconds: (now().getTime() - started) / 1000 }
    },

    async confirm(backup, heldAt) {
      await fence()
      const stored = await store.get(keys.confirmation)
      const value = JSON.stringify({ backup: backup.manifest.id, at: heldAt.toISOString() })
      await store.put(keys.confirmation, value, stored === null ? absent : { ifMatch: stored.info.etag })
    },

    async pin({ manifest: { id } }, pin) {
      await setPin(store, id, pin, fence)
      // Retention reads the pins before each deletion; what it had begun to delete cannot be kept.
      if (pin === null || (await store.head(keys.manifest(id))) !== null) return
      await setPin(store, id, null, fence)
      throw new HubkeeperError('backup-missing', `backup ${id} was deleted meanwhile`, {
        hint: 'see what there is: hubkeeper backups list',
      })
    },
  }

  /** The source version itself, copied by the store; false where the store cannot do that. */
  async function copyInStore(key: string, etag: string): Promise<boolean> {
    try {
      await store.copy(database.key, key, { sourceIfMatch: etag, condition: absent })
      return true
    } catch (error) {
      if (error instanceof HubkeeperError && error.code === 'not-available') return false
      throw error
    }
  }

  async function uploadSnapshot(key: string, snapshot: Snapshot): Promise<void> {
    const { sha256 } = await store.upload(snapshot.path, key, { condition: absent })
    if (sha256 === snapshot.sha256) return
    throw new HubkeeperError('io', `${snapshot.path} changed while it was stored as ${key}`, {
      hint: 'the copy is left without a manifest and never counts; check the disk, then run this again',
    })
  }

  async function readBack(backup: Backup): Promise<RestoredCopy> {
    try {
      return await restoreToScratch(backup)
    } catch (error) {
      if (!(error instanceof ObjectMissingError)) throw error
      throw new HubkeeperError(
        'backup-missing',
        `the copy of backup ${backup.manifest.id} is gone: ${error.message}`,
        {
          hint: 'make a new backup: hubkeeper backup',
          cause: error,
        },
      )
    }
  }
}
