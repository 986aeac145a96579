import { createHash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { type FileHandle, open, rm, stat } from 'node:fs/promises'

const chunkBytes = 4 * 1024 ** 2

/** What a copy gave. */
interface Copied {
  /** Of the bytes that were moved, hex. */
  readonly sha256: string
  /** The source before the first byte and after the last. */
  readonly before: BigIntStats
  readonly after: BigIntStats
}

/** Writes every byte of a chunk: one call may write fewer. */
export async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  let written = 0
  while (written < chunk.length) {
    written += (await handle.write(chunk, written, chunk.length - written)).bytesWritten
  }
}

/**
 * A buffer for reading a file of so many bytes piece by piece: a mebibyte for each of thousands of small ones
 * would keep the garbage collector busy.
 */
export const bufferFor = (bytes: bigint): Buffer =>
  Buffer.allocUnsafe(Math.min(chunkBytes, Number(bytes) + 1))

interface CopyOptions {
  readonly mode: number
  /** Sync the copy, so that it survives a crash. */
  readonly durable: boolean
}

/** Copies a file into a new one, hashing on the way; nothing is left after a fault. */
export async function copyHashing(from: string, to: string, { durable, mode }: CopyOptions): Promise<Copied> {
  const hash = createHash('sha256')
  const source = await open(from, 'r')
  try {
    const before = await source.stat({ bigint: true })
    const target = await open(to, 'wx', mode)
    try {
      // Two buffers: one is hashed while the other is written.
      const buffers = [bufferFor(before.size), bufferFor(before.size)] as const
      let pending: Promise<void> = Promise.resolve()
      for (let turn = 0; ; turn++) {
        const buffer = buffers[turn % 2 === 0 ? 0 : 1]
        const { bytesRead } = await source.read(buffer, 0, buffer.length, null)
        if (bytesRead === 0) break
        await pending
        const chunk = buffer.subarray(0, bytesRead)
        pending = writeAll(target, chunk)
        // An error is met by the await above or below; until then it must not count as unhandled.
        pending.catch(() => {})
        hash.update(chunk)
      }
      await pending
      if (durable) await target.sync()
    } catch (error) {
      await target.close()
      await rm(to, { force: true })
      throw error
    }
    await target.close()
    return { sha256: hash.digest('hex'), before, after: await stat(from, { bigint: true }) }
  } finally {
    await source.close()
  }
}

/** SHA-256 of a file, hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  const handle = await open(path, 'r')
  try {
    const buffer = bufferFor((await handle.stat({ bigint: true })).size)
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null)
      if (bytesRead === 0) return hash.digest('hex')
      hash.update(buffer.subarray(0, bytesRead))
    }
  } finally {
    await handle.close()
  }
}
