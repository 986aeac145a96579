import {
  type BackupPruner,
  type Deletion,
  HubkeeperError,
  keys,
  listAll,
  manifestSchema,
  momentOfId,
} from '@hubkeeper/core'
import { noteRemoval } from './chain.ts'
import type { CustodyOptions } from './options.ts'
import { proofs } from './progress.ts'
import { pins, verifications } from './records.ts'
import { readAt } from './stored.ts'

/** What deletes backups, one after the other. */
export function prunerOf(options: CustodyOptions): Pick<BackupPruner, 'delete' | 'deleteStray'> {
  const { fence, store } = options

  /** The manifest first: what is left of a backup whose deletion was cut short is a stray. */
  async function removeParts(id: string): Promise<void> {
    await store.delete(keys.manifest(id))
    const parts: string[] = []
    for await (const { key } of listAll(store, keys.backup(id))) parts.push(key)
    for (const key of parts) await store.delete(key)
  }

  async function remove(id: string, whyNot: () => Promise<string | null>): Promise<Deletion> {
    // What else lies among the backups is somebody else's.
    if (momentOfId(id) === null) return { state: 'kept', reason: 'its name is none that Hubkeeper gives' }
    // Whether this run may still change anything is its runner's question, and no matter of one backup.
    await fence()
    try {
      const pin = (await pins.read(store)).get(id)
      if (pin !== undefined) return { state: 'kept', reason: `pinned meanwhile by ${pin.by}: ${pin.reason}` }
      const reason = await whyNot()
      if (reason !== null) return { state: 'kept', reason }
      await noteRemoval(options, id)
      await removeParts(id)
      for (const record of [verifications, proofs]) await record.set(store, id, null, fence)
      return { state: 'deleted' }
    } catch (error) {
      if (!(error instanceof HubkeeperError)) throw error
      return { state: 'failed', reason: error.message }
    }
  }

  return {
    delete: ({ manifest: { id, sha256, takenAt } }) =>
      remove(id, async () => {
        const { etag, value } = await readAt(store, keys.manifest(id), manifestSchema)
        if (etag === null) return null
        if (value === null) return 'its manifest cannot be read'
        const same = value.sha256 === sha256 && value.takenAt === takenAt
        return same ? null : 'it is another one by now'
      }),

    deleteStray: ({ id, writtenAt }) =>
      remove(id, async () => {
        if ((await store.head(keys.manifest(id))) !== null) return 'it has a manifest by now'
        for await (const part of listAll(store, keys.backup(id))) {
          if (part.modifiedAt > writtenAt) return `${part.key} was written meanwhile`
        }
        return null
      }),
  }
}
