import { createHash } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { HubkeeperError, ioError } from '@hubkeeper/core'

/** Runs `work` on the file at `path`; what goes wrong comes out typed. @throws HubkeeperError */
export async function onFile<T>(path: string, doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw ioError(error, path, doing)
  }
}

/** Writes all of `bytes` at `position`. @throws HubkeeperError */
export const writeAt = (
  handle: FileHandle,
  path: string,
  bytes: Uint8Array,
  position: number,
): Promise<void> =>
  onFile(path, 'cannot write', async () => {
    let written = 0
    while (written < bytes.length) {
      const rest = bytes.length - written
      written += (await handle.write(bytes, written, rest, position + written)).bytesWritten
    }
  })

const changed = (path: string): HubkeeperError =>
  new HubkeeperError('io', `${path} changed while it was uploaded`, {
    hint: 'something else writes this file; make that stop, and run the task again',
  })

/** A file while it is uploaded. */
export interface Source {
  /** Its size when it was opened. */
  readonly bytes: number
  /** Exactly `length` bytes from `position`. @throws HubkeeperError also when the file has become shorter */
  read(position: number, length: number): Promise<Buffer>
  /** Makes sure that nobody wrote the file since it was opened. @throws HubkeeperError */
  verify(): Promise<void>
}

/** Opens a file to be uploaded. @throws HubkeeperError */
export async function reading<T>(path: string, work: (source: Source) => Promise<T>): Promise<T> {
  const onIt = <V>(act: () => Promise<V>): Promise<V> => onFile(path, 'cannot read', act)
  const handle = await onIt(() => open(path, 'r'))
  try {
    const before = await onIt(() => handle.stat({ bigint: true }))
    return await work({
      bytes: Number(before.size),
      read: (position, length) =>
        onIt(async () => {
          const bytes = Buffer.allocUnsafe(length)
          let read = 0
          while (read < length) {
            const { bytesRead } = await handle.read(bytes, read, length - read, position + read)
            if (bytesRead === 0) throw changed(path)
            read += bytesRead
          }
          return bytes
        }),
      verify: () =>
        onIt(async () => {
          const { mtimeNs, size } = await handle.stat({ bigint: true })
          if (size !== before.size || mtimeNs !== before.mtimeNs) throw changed(path)
        }),
    })
  } finally {
    await handle.close()
  }
}

/** Makes a new file that only its owner may read; none is left when `work` fails. @throws HubkeeperError */
export async function writing<T>(path: string, work: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await onFile(path, 'cannot write', () => open(path, 'wx', 0o600))
  try {
    const made = await work(handle)
    await onFile(path, 'cannot write', () => handle.close())
    return made
  } catch (error) {
    await handle.close().catch(() => {})
    await rm(path, { force: true })
    throw error
  }
}

/** SHA-256 of bytes, in the notation of S3's headers. */
export const sha256Base64 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64')
