import { mebibytes } from '@hubkeeper/core'
import { plainLine } from '../plain-text.ts'
import type { AdvisoryFile } from './advisory-files.ts'
import { AdvisoriesRefusedError } from './limits.ts'

/*
 * The directory of a zip archive: PKWARE's APPNOTE, sections 4.3.12 to 4.3.16. It is read, and not the headers
 * before each entry: those of an archive that was written as a stream do not say how long the entry is.
 */

/** What the directory says of one entry. */
export interface ArchiveEntry {
  readonly name: string
  /** 0: stored, 8: deflated. */
  readonly method: number
  readonly encrypted: boolean
  readonly packedBytes: number
  readonly bytes: number
  /** Where its own header begins. */
  readonly offset: number
}

/** The longest end of an archive: its record and a comment. */
const longestEnd = 22 + 65_535

/** Room for half a million entries with short names. */
const longestDirectory = mebibytes(64)

const signatures = { end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50, entry: 0x02014b50 }

/** A field of 32 bits with this value stands for one of 64 bits elsewhere. */
const elsewhere = 0xffff_ffff

/** Its numbers. */
export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Beyond what numbers hold exactly lies beyond any file. */
const uint64 = (view: DataView, at: number): number => Number(view.getBigUint64(at, true))

/** Where the directory lies, and how many entries it has. */
async function placeOf(file: AdvisoryFile, refuse: (why: string) => never) {
  const start = Math.max(0, file.bytes - longestEnd)
  const view = viewOf(await file.read(start, file.bytes))
  let end = view.byteLength - 22
  while (end >= 0 && view.getUint32(end, true) !== signatures.end) end -= 1
  if (end < 0) return refuse('it is no whole zip archive, as its end is missing')
  const locator = end - 20
  if (locator < 0 || view.getUint32(locator, true) !== signatures.locator64)
    return {
      entries: view.getUint16(end + 10, true),
      bytes: view.getUint32(end + 12, true),
      offset: view.getUint32(end + 16, true),
    }
  const at = uint64(view, locator + 8)
  if (at + 56 > file.bytes) return refuse('it is damaged: its directory is missing')
  const end64 = viewOf(await file.read(at, at + 56))
  if (end64.getUint32(0, true) !== signatures.end64) return refuse('it is damaged: its directory is missing')
  return { entries: uint64(end64, 32), bytes: uint64(end64, 40), offset: uint64(end64, 48) }
}

/** The fields of 64 bits in the extra field of an entry, those that the entry itself leaves to it, in their order. */
function wideFields(extra: DataView): number[] {
  for (let at = 0; at + 4 <= extra.byteLength; ) {
    const size = extra.getUint16(at + 2, true)
    const end = Math.min(at + 4 + size, extra.byteLength)
    if (extra.getUint16(at, true) === 1) {
      const fields: number[] = []
      for (let field = at + 4; field + 8 <= end; field += 8) fields.push(uint64(extra, field))
      return fields
    }
    at += 4 + size
  }
  return []
}

/**
 * The entries of an archive, in the order in which they lie in it.
 *
 * @throws AdvisoriesRefusedError when it is damaged, or has more than `maxEntries`
 */
export async function archiveEntries(file: AdvisoryFile, maxEntries: number): Promise<ArchiveEntry[]> {
  const refuse = (why: string): never => {
    throw new AdvisoriesRefusedError(`${plainLine(file.name, 200)} is refused: ${why}`)
  }
  const place = await placeOf(file, refuse)
  if (place.entries > maxEntries) refuse(`it has more than ${maxEntries} entries`)
  if (place.bytes > longestDirectory || place.offset + place.bytes > file.bytes)
    refuse('it is damaged: its directory is missing')
  const bytes = await file.read(place.offset, place.offset + place.bytes)
  const view = viewOf(bytes)
  const entries: ArchiveEntry[] = []
  for (let at = 0; entries.length < place.entries; ) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== signatures.entry)
      refuse(`it is damaged: its directory has ${entries.length} of ${place.entries} entries`)
    const nameEnd = at + 46 + view.getUint16(at + 28, true)
    const extraEnd = nameEnd + view.getUint16(at + 30, true)
    const wide = wideFields(viewOf(bytes.subarray(nameEnd, extraEnd)))
    const field = (value: number): number => (value === elsewhere ? (wide.shift() ?? value) : value)
    const unpacked = field(view.getUint32(at + 24, true))
    const packed = field(view.getUint32(at + 20, true))
    entries.push({
      name: new TextDecoder().decode(bytes.subarray(at + 46, nameEnd)),
      method: view.getUint16(at + 10, true),
      encrypted: (view.getUint16(at + 8, true) & 1) === 1,
      packedBytes: packed,
      bytes: unpacked,
      offset: field(view.getUint32(at + 42, true)),
    })
    at = extraEnd + view.getUint16(at + 32, true)
  }
  return entries.sort((one, other) => one.offset - other.offset)
}
