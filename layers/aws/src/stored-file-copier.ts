import { randomUUID } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  absent,
  type CopiedFile,
  type Fence,
  type HubFileCopier,
  type HubFileRestorer,
  ioError,
  KeyRefusedError,
  neverKept,
  neverReplaced,
  type ObjectStore,
  type OwnPlaces,
  PreconditionFailedError,
  type Transfer,
} from '@hubkeeper/core'
import { matchObjects, storedFiles } from './stored-files.ts'

/** See {@link storedFileCopier}. */
export interface StoredFileOptions {
  readonly store: ObjectStore
  readonly hub: OwnPlaces
  /** A directory for copies. */
  readonly scratch: () => Promise<string>
}

/** How often an object is read that is replaced meanwhile. */
const attempts = 4

/** Copies files of the hub that are objects. */
export function storedFileCopier({ hub, scratch, store }: StoredFileOptions): HubFileCopier {
  return {
    ...storedFiles({ store }),

    async candidates(patterns) {
      const objects = await matchObjects(store, patterns)
      const judged = objects.map(({ bytes, key, modifiedAt }) => ({
        file: { key, bytes, modifiedAt },
        reason: neverKept(key, hub),
      }))
      return {
        files: judged.filter(({ reason }) => reason === null).map(({ file }) => file),
        leftOut: judged.flatMap(({ file: { key }, reason }) =>
          reason === null ? [] : [{ key, reason, wanted: false }],
        ),
      }
    },

    async copy(key): Promise<CopiedFile | null> {
      const reason = neverKept(key, hub)
      if (reason !== null) throw new KeyRefusedError(key, reason)
      for (let attempt = 1; ; attempt++) {
        const found = await downloadNow(store, key, join(await scratch(), randomUUID()))
        if (found === null) return null
        if (found !== 'replaced') {
          const { path, transfer } = found
          const { bytes, modifiedAt } = transfer.info
          return {
            key,
            path,
            bytes,
            sha256: transfer.sha256,
            modifiedAt: modifiedAt.toISOString(),
            mode: null,
          }
        }
        if (attempt === attempts) {
          throw new PreconditionFailedError(key, 'that it stands still while it is copied')
        }
      }
    },

    async readCopy({ path }, maxBytes) {
      try {
        await using handle = await open(path)
        const { size } = await handle.stat()
        const buffer = Buffer.alloc(Math.min(size, maxBytes))
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0)
        return buffer.subarray(0, bytesRead)
      } catch (error) {
        throw ioError(error, path, 'cannot read')
      }
    },
  }
}

/** Puts files back that are objects. */
export function storedFileRestorer({
  elsewhere,
  fence,
  ...options
}: StoredFileOptions & {
  readonly elsewhere: string | null
  /** Must pass right before each change. @throws HubkeeperError */
  readonly fence: Fence
}): HubFileRestorer {
  const { hub, scratch, store } = options
  return {
    ...storedFileCopier(options),
    elsewhere,

    async replace(key, path, { expected }) {
      const reason = elsewhere ?? neverReplaced(key, hub)
      if (reason !== null) throw new KeyRefusedError(key, reason)
      await fence()
      if (expected === null) {
        await store.upload(path, key, { condition: absent, confirm: fence })
        return
      }
      // An ETag is no digest: the version that has this one is looked for.
      const compared = join(await scratch(), randomUUID())
      const there = await downloadNow(store, key, compared)
      await rm(compared, { force: true })
      if (there === null || there === 'replaced' || there.transfer.sha256 !== expected) {
        throw new PreconditionFailedError(key, `SHA-256 ${expected}`)
      }
      const condition = { ifMatch: there.transfer.info.etag }
      await store.upload(path, key, { condition, confirm: fence })
    },
  }
}

/** The version that is there now, whole. */
async function downloadNow(
  store: ObjectStore,
  key: string,
  path: string,
): Promise<{ readonly path: string; readonly transfer: Transfer } | 'replaced' | null> {
  const info = await store.head(key)
  if (info === null) return null
  try {
    return { path, transfer: await store.download(key, path, { ifMatch: info.etag }) }
  } catch (error) {
    if (error instanceof PreconditionFailedError) return 'replaced'
    throw error
  }
}
