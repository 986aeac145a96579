import { ObjectMissingError } from '@hubkeeper/core'
import type { CustodyOptions } from './options.ts'
import { fingerprint } from './scratch.ts'

/** Which stored file is read, and for what. */
interface Wanted {
  readonly key: string
  /** Room that a copy needs, with what is read after it, bytes. */
  readonly bytes: number
  /** Of a copy. */
  readonly name: string
  /** What needs the room, in words. */
  readonly what: string
}

/** A stored file that was read from end to end. */
export interface ReadBack {
  readonly path: string
  readonly bytes: number
  /** Hex. */
  readonly sha256: string
  /** Whether it lies on scratch disk; else it is the stored file itself, which is only to be read. */
  readonly isCopy: boolean
}

/**
 * Reads a file of a backup: where it lies, when that is on this machine, for it is never written again; else into
 * a copy on scratch disk.
 *
 * @returns null when it is gone
 * @throws HubkeeperError
 */
export async function readBack(
  { scratch, store }: Pick<CustodyOptions, 'scratch' | 'store'>,
  { bytes, key, name, what }: Wanted,
): Promise<ReadBack | null> {
  try {
    const file = await store.fileOf(key)
    if (file !== null) return { path: file, ...(await fingerprint(file)), isCopy: false }
    if (bytes > 0) await scratch.requireSpace(bytes, what)
    const path = scratch.path(name)
    const { info, sha256 } = await store.download(key, path)
    return { path, bytes: info.bytes, sha256, isCopy: true }
  } catch (error) {
    if (error instanceof ObjectMissingError) return null
    throw error
  }
}

/** Whether every byte is as it was written. */
export const isIntact = (
  read: Pick<ReadBack, 'bytes' | 'sha256'>,
  written: Pick<ReadBack, 'bytes' | 'sha256'>,
): boolean => read.bytes === written.bytes && read.sha256 === written.sha256
