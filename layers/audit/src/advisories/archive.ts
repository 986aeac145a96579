import { formatBytes, messageOf } from '@hubkeeper/core'
import { Inflate } from 'fflate'
import { plainLine } from '../plain-text.ts'
import type { AdvisoryFile } from './advisory-files.ts'
import { type ArchiveEntry, archiveEntries, viewOf } from './archive-directory.ts'
import { AdvisoriesRefusedError, type AdvisoryLimits } from './limits.ts'
import { pieceBytes } from './pieces.ts'

/** Bytes handed to the decoder at once: they may unpack to a thousand times as much. */
const step = 16_384

/** Reads parts of a file that mostly follow each other, in large pieces. */
function windowOn(file: AdvisoryFile): (start: number, end: number) => Promise<Uint8Array> {
  let piece: Uint8Array = new Uint8Array()
  let from = 0
  return async (start, end) => {
    if (start < from || end > from + piece.length) {
      piece = await file.read(start, Math.min(Math.max(end, start + pieceBytes), file.bytes))
      from = start
    }
    return piece.subarray(start - from, end - from)
  }
}

/** What an entry holds; null where that is not what its directory says. */
function unpack(packed: Uint8Array, { bytes, method }: ArchiveEntry): Uint8Array | null {
  if (method === 0) return packed.length === bytes ? packed : null
  const unpacked = new Uint8Array(bytes)
  let length = 0
  const inflate = new Inflate((chunk) => {
    if (length + chunk.length <= bytes) unpacked.set(chunk, length)
    length += chunk.length
  })
  for (let at = 0; at < packed.length && length <= bytes; at += step)
    inflate.push(packed.subarray(at, at + step), at + step >= packed.length)
  return length === bytes ? unpacked : null
}

/**
 * Hands the entries of a zip archive that hold JSON to `take`, one after the other; no more than one of them is in
 * memory. Archives within it are not looked into.
 *
 * @throws AdvisoriesRefusedError for one that is damaged, or that unpacks to more than the limits allow
 */
export async function readArchive(
  file: AdvisoryFile,
  limits: AdvisoryLimits,
  take: (json: string, place: string) => void,
): Promise<void> {
  const refuse = (why: string): never => {
    throw new AdvisoriesRefusedError(`${plainLine(file.name, 200)} is refused: ${why}`)
  }
  const entries = await archiveEntries(file, limits.files)
  const read = windowOn(file)
  const records = entries.filter(({ name }) => name.endsWith('.json'))
  const total = records.reduce((sum, { bytes }) => sum + bytes, 0)
  if (total > limits.total) refuse(`it unpacks to more than ${formatBytes(limits.total)}`)
  for (const entry of records) {
    const name = plainLine(entry.name, 100)
    if (entry.bytes > limits.record) refuse(`${name} unpacks to more than ${formatBytes(limits.record)}`)
    if (entry.encrypted || (entry.method !== 0 && entry.method !== 8))
      refuse(`${name} is encrypted, or packed in a way that is not understood`)
    const damaged = (): never => refuse(`it is damaged: ${name} is not what its directory says`)
    const header = viewOf(await read(entry.offset, entry.offset + 30))
    if (header.byteLength < 30) damaged()
    const start = entry.offset + 30 + header.getUint16(26, true) + header.getUint16(28, true)
    // What is packed is hardly ever longer than what it holds.
    if (start + entry.packedBytes > file.bytes || entry.packedBytes > entry.bytes + step) damaged()
    const packed = await read(start, start + entry.packedBytes)
    try {
      const unpacked = unpack(packed, entry) ?? damaged()
      take(new TextDecoder().decode(unpacked), `${file.name}: ${entry.name}`)
    } catch (error) {
      if (isDamage(error)) refuse(`it is damaged (${plainLine(messageOf(error), 100)})`)
      throw error
    }
  }
}

/** What the decoder throws has a number as its code. */
const isDamage = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'number'
