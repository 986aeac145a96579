import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import {
  codeOf,
  HubkeeperError,
  ioError,
  type LogSource,
  messageOf,
  ObjectMissingError,
} from '@hubkeeper/core'
import { pathOf } from './keys.ts'
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
      // What is written while it is read belongs to the next reading.
      const { size } = await stat(path)
      if (size === 0 || start >= size) return
      const compressed = key.endsWith('.gz')
      const file = createReadStream(path, {
        start: compressed ? 0 : start,
        end: size - 1,
        highWaterMark: chunkBytes,
      })
      const stream = compressed ? file.pipe(createGunzip()) : file
      if (compressed) file.once('error', (error) => stream.destroy(error))
      for await (const chunk of stream) if (chunk instanceof Uint8Array) yield chunk
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
  return { files: () => matchFiles(root, patterns), read }
}
