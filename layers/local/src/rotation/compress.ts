import { createReadStream, createWriteStream, existsSync, rmSync, statSync, utimesSync } from 'node:fs'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { crc32, createGzip } from 'node:zlib'
import { HubkeeperError, type LogFile } from '@hubkeeper/core'
import { keepOwnership, syncDirectory, syncFile } from '../durable-file.ts'
import { gunzipped } from '../log-files.ts'
import { giveName, isThere, rotationTemporary } from './temporary.ts'

/** What tells whether two streams held the same. */
interface Sum {
  readonly bytes: number
  readonly crc: number
}

/** The compressed file beside a log. */
export interface Compressed {
  readonly bytes: number
  /** False for one that was there already. */
  readonly made: boolean
}

/**
 * Makes the `.gz` beside a log, with its owner, mode and time, and reads it back. One that is there already,
 * of a run that was killed, has to hold the same.
 *
 * @throws HubkeeperError `precondition-failed` when something else is there; system errors
 */
export async function compressBeside(path: string, { modifiedAt }: LogFile): Promise<Compressed> {
  const target = `${path}.gz`
  if (existsSync(target)) {
    if (!isSame(await sumOf(createReadStream(path)), await sumOfCompressed(target))) throw isThere(target)
    return { bytes: statSync(target).size, made: false }
  }
  const temporary = rotationTemporary(path)
  try {
    const sum = { bytes: 0, crc: 0 }
    const summed = async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        sum.bytes += chunk.length
        sum.crc = crc32(chunk, sum.crc)
        yield chunk
      }
    }
    const output = createWriteStream(temporary, { flags: 'wx', mode: 0o600 })
    await pipeline(createReadStream(path), summed, createGzip(), output)
    keepOwnership(temporary, path)
    utimesSync(temporary, modifiedAt, modifiedAt)
    await syncFile(temporary)
    if (!isSame(sum, await sumOfCompressed(temporary))) {
      throw new HubkeeperError('io', `${target} reads back as something else than what was written`, {
        hint: 'check the disk; the log itself is still there',
      })
    }
    giveName(temporary, target)
    return { bytes: statSync(target).size, made: true }
  } finally {
    rmSync(temporary, { force: true })
    syncDirectory(dirname(target))
  }
}

const isSame = (one: Sum, other: Sum): boolean => one.bytes === other.bytes && one.crc === other.crc

async function sumOf(chunks: AsyncIterable<Uint8Array>): Promise<Sum> {
  let bytes = 0
  let crc = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    crc = crc32(chunk, crc)
  }
  return { bytes, crc }
}

/** The sum of what a compressed file holds. */
const sumOfCompressed = (path: string): Promise<Sum> => sumOf(gunzipped(createReadStream(path)))
