import { posix } from 'node:path'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import {
  HubkeeperError,
  type LogSource,
  logFilesAmong,
  matchesAny,
  mebibytes,
  messageOf,
  type ObjectInfo,
  ObjectMissingError,
  type ObjectStore,
} from '@hubkeeper/core'
import { matchObjects } from './stored-files.ts'

const chunkBytes = mebibytes(1)

/** See {@link storedLogs}. */
export interface StoredLogsOptions {
  readonly store: ObjectStore
  /** Globs over keys. */
  readonly patterns: readonly string[]
}

/**
 * The hub's logs as objects, read a mebibyte at a time; compressed ones are read as what they were.
 *
 * Reading throws PreconditionFailedError when the log is replaced meanwhile: half of one and half of
 * another would be counted as one.
 */
export function storedLogs({ patterns, store }: StoredLogsOptions): LogSource {
  async function* read(key: string, start = 0): AsyncGenerator<Uint8Array> {
    const compressed = key.endsWith('.gz')
    const chunks = rangesOf(store, key, compressed ? 0 : start)
    yield* compressed ? decompress(key, chunks) : chunks
  }
  return {
    async files() {
      const objects = await logObjects(store, patterns)
      return objects.map(({ bytes, key, modifiedAt }) => ({ key, bytes, modifiedAt }))
    },
    read,
  }
}

/** The objects that the globs match, and rotated ones of such logs, by key. */
export async function logObjects(store: ObjectStore, patterns: readonly string[]): Promise<ObjectInfo[]> {
  const folders = patterns.map((pattern) => posix.join(posix.dirname(pattern), '*'))
  const around = await matchObjects(store, [...patterns, ...folders])
  return logFilesAmong(around, (key) => matchesAny(key, patterns))
}

/** One version of an object from `start`, range after range. */
async function* rangesOf(store: ObjectStore, key: string, start: number): AsyncGenerator<Uint8Array> {
  const info = await store.head(key)
  if (info === null) throw new ObjectMissingError(key)
  let position = start
  while (position < info.bytes) {
    const range = { start: position, end: Math.min(position + chunkBytes, info.bytes) - 1 }
    const found = await store.get(key, { ifMatch: info.etag, range })
    if (found === null) throw new ObjectMissingError(key)
    if (found.body.length === 0) {
      throw new HubkeeperError('io', `${key} ends at byte ${position} of ${info.bytes}`, {
        hint: 'the store gave less than it listed; run the task again',
      })
    }
    position += found.body.length
    yield found.body
  }
}

async function* decompress(key: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = Readable.from(chunks, { highWaterMark: 1 })
  const gunzip = createGunzip()
  source.once('error', (error) => gunzip.destroy(error))
  try {
    for await (const chunk of source.pipe(gunzip)) if (chunk instanceof Uint8Array) yield chunk
  } catch (error) {
    if (!isOfZlib(error)) throw error
    throw new HubkeeperError('io', `${key} cannot be decompressed: ${messageOf(error)}`, {
      hint: 'it is damaged, or not gzip as its name says',
      cause: error,
    })
  } finally {
    // Whoever stops early leaves nothing open.
    source.destroy()
  }
}

const isOfZlib = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
