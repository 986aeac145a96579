import { basename } from 'node:path'
import {
  absent,
  type Backup,
  type BackupManifest,
  type BackupReason,
  type CopiedFile,
  HubkeeperError,
  keys,
  type Snapshot,
} from '@hubkeeper/core'
import { ulid } from 'ulid'
import type { CustodyOptions } from './options.ts'

/** `20261124T043000Z-7f3k2p`: sorts by time, can be read, and is unique. */
function backupIdOf(takenAt: Date): string {
  const time = takenAt.toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '')
  return `${time}-${ulid().slice(-6).toLowerCase()}`
}

/** Stores a snapshot with files of the hub; the manifest comes last, so that what is cut short never counts. */
export async function createBackup(
  options: CustodyOptions,
  snapshot: Pick<Snapshot, 'path' | 'bytes' | 'sha256' | 'sourceEtag' | 'takenAt'>,
  reason: BackupReason,
  files: readonly CopiedFile[],
): Promise<Backup> {
  const { database, fence, hub, run, store } = options
  const id = backupIdOf(snapshot.takenAt)
  const key = keys.backup(id) + basename(database.key)
  await fence()
  if (snapshot.sourceEtag === null || !(await copyInStore(options, key, snapshot.sourceEtag))) {
    await upload(options, key, snapshot)
  }
  for (const file of files) {
    // There may be many, and a lease ends.
    await fence()
    await upload(options, keys.backupFile(id, file.key), file)
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
    files: files.map(({ bytes, key: file, mode, modifiedAt, sha256 }) => ({
      key: file,
      bytes,
      sha256,
      modifiedAt,
      mode,
    })),
  }
  await fence()
  await store.put(keys.manifest(id), `${JSON.stringify(manifest, null, 2)}\n`, absent)
  return { manifest, certificate: null, pin: null, quarantine: null }
}

/** The source version itself, copied by the store; false where the store cannot do that. */
async function copyInStore({ database, store }: CustodyOptions, key: string, etag: string): Promise<boolean> {
  try {
    await store.copy(database.key, key, { sourceIfMatch: etag, condition: absent })
    return true
  } catch (error) {
    if (error instanceof HubkeeperError && error.code === 'not-available') return false
    throw error
  }
}

async function upload(
  { store }: CustodyOptions,
  key: string,
  { path, sha256: expected }: { readonly path: string; readonly sha256: string },
): Promise<void> {
  const { sha256 } = await store.upload(path, key, { condition: absent })
  if (sha256 === expected) return
  throw new HubkeeperError('io', `${path} changed while it was stored as ${key}`, {
    hint: 'the copy is left without a manifest and never counts; check the disk, then run this again',
  })
}
