import type { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { posix } from 'node:path'
import { createGunzip } from 'node:zlib'
import {
  codeOf,
  HubkeeperError,
  ioError,
  type LogFile,
  type LogSource,
  logFilesAmong,
  matchesAny,
  messageOf,
  ObjectMissingError,
} from '@hubkeeper/core'
import { pathOf, temporaryPrefix } from './keys.ts'
import { matchFiles } from './match.ts'

const chunkBytes = 1024 ** 2

/** See {@link logFiles}. */
export interface LogFilesOptions {
  readonly root: string
  /** Globs under the root. */
  readonly patterns: readonly string[]
}

/** The hub's logs as files; compressed ones are read as what they were. */
export function logFiles({ patterns, root }: LogFilesOptions): LogSource {
  async function* read(key: string, start = 0): AsyncGenerator<Uint8Array> {
    const path = pathOf(root, key)
    try {
      await using handle = await open(path)
      // What is written while it is read belongs to the next reading.
      const { size } = await handle.stat()
      const compressed = key.endsWith('.gz')
      const from = compressed ? 0 : start
      if (from > size) throw wasCut(key, from, size)
      if (from === size) return
      let position = from
      const range = { start: from, end: size - 1, highWaterMark: chunkBytes, autoClose: false }
      const file = handle.createReadStream(range)
      if (compressed) yield* gunzipped(file)
      else {
        for await (const chunk of file) {
          position += chunk.length
          yield chunk
        }
        if (position < size) throw wasCut(key, size, position)
      }
    } catch (error) {
      if (codeOf(error) === 'ENOENT') throw new ObjectMissingError(key, error)
      if (codeOf(error)?.startsWith('Z_')) {
        throw new HubkeeperError('io', `${key} cannot be decompressed: ${messageOf(error)}`, {
          hint: 'it is damaged, or not gzip as its name says',
          cause: error,
        })
      }
      throw ioError(error, path, 'cannot read')
    }
  }
  return { files: () => listLogs(root, patterns), read }
}

/** What a compressed file holds; leaves nothing open, also when reading stops early. */
export async function* gunzipped(file: ReturnType<typeof createReadStream>): AsyncGenerator<Uint8Array> {
  const stream = file.pipe(createGunzip())
  file.once('error', (error) => stream.destroy(error))
  try {
    for await (const chunk of stream) if (chunk instanceof Uint8Array) yield chunk
  } finally {
    // Whoever stops early leaves nothing open.
    file.destroy()
  }
}

const wasCut = (key: string, expected: number, size: number): HubkeeperError =>
  new HubkeeperError(
    'precondition-failed',
    `${key} was rotated while it was read: it ends at byte ${size}, not ${expected}`,
    { hint: 'run the task again' },
  )

/** Files that the globs match, and rotated ones of such logs, by key. */
async function listLogs(root: string, patterns: readonly string[]): Promise<LogFile[]> {
  const matched = new Set((await matchFiles(root, patterns)).map(({ key }) => key))
  const folders = [...new Set(patterns.map((pattern) => posix.join(posix.dirname(pattern), '*')))]
  const around = (await matchFiles(root, [...patterns, ...folders])).filter(
    ({ key }) => !posix.basename(key).startsWith(temporaryPrefix),
  )
  const matches = (key: string): boolean => matched.has(key) || matchesAny(key, patterns)
  return logFilesAmong(around, matches)
}
