import { type BackupWriter, backupMissing, keys, type Ports, replacing } from '@hubkeeper/core'
import { verifyBytes } from './coverage.ts'
import { createBackup } from './create.ts'
import type { CustodyOptions } from './options.ts'
import { proveBackup } from './proof.ts'
import { prunerOf } from './prune.ts'
import { openReader } from './read.ts'
import { pins, quarantines } from './records.ts'

/** The backups of one hub under the protocol of `docs/backups.md`, at a level of access. */
export function openBackups(
  options: CustodyOptions,
  level: keyof Ports['backups'],
): Ports['backups'][keyof Ports['backups']] {
  const reader = openReader(options)
  if (level === 'write') return { ...reader, ...writerOf(options) }
  return level === 'prune' ? { ...reader, ...prunerOf(options) } : reader
}

function writerOf(options: CustodyOptions): Omit<BackupWriter, keyof ReturnType<typeof openReader>> {
  const { fence, store } = options
  return {
    create: (snapshot, reason, files = []) => createBackup(options, snapshot, reason, files),
    prove: (backup, guard) => proveBackup(options, backup, guard),
    verify: (backup) => verifyBytes(options, backup),
    quarantine: ({ manifest: { id } }, quarantine) => quarantines.set(store, id, quarantine, fence),

    confirm: (backup, heldAt) =>
      remember(options, keys.confirmation, { backup: backup.manifest.id, at: heldAt.toISOString() }),
    noteRestoration: (restoration) => remember(options, keys.restoration, restoration),

    async pin({ manifest: { id } }, pin) {
      await pins.set(store, id, pin, fence)
      // Retention reads the pins before each deletion; what it had begun to delete cannot be kept.
      if (pin === null || (await store.head(keys.manifest(id))) !== null) return
      await pins.set(store, id, null, fence)
      throw backupMissing(`backup ${id} was deleted meanwhile`)
    },
  }
}

/** Puts a small record in the place of the one that is there now. @throws PreconditionFailedError */
async function remember({ fence, store }: CustodyOptions, key: string, value: object): Promise<void> {
  await fence()
  const standing = await store.head(key)
  await store.put(key, `${JSON.stringify(value, null, 2)}\n`, replacing(standing?.etag ?? null))
}
