import { constants } from 'node:fs'
import { copyFile, open } from 'node:fs/promises'
import type { Scratch } from './scratch.ts'

const magic = 'SQLite format 3\0'

/** What the header says of the file as a whole (sqlite.org/fileformat2.html). */
interface Header {
  readonly pageSize: number
  /** Which journal the file is written with: twice 1 is a rollback journal, twice 2 a WAL. */
  readonly versions: Buffer
}

/** A rollback journal, and a WAL. */
const journals = [Buffer.from([1, 1]), Buffer.from([2, 2])]

const places = { pageSize: 16, versions: 18, end: 20 } as const

/**
 * A file with the content of `source` that has the journal mode of the database `current`: `source` itself
 * where it has that, else a copy on scratch disk. Only what the header says differs: at rest, the two
 * kinds of file are the same.
 */
export async function inJournalModeOf(current: string, source: string, scratch: Scratch): Promise<string> {
  const [wanted, had] = [await headerOf(current), await headerOf(source)]
  if (wanted === null || had === null || wanted.versions.equals(had.versions)) return source
  const path = scratch.path('restored.db')
  await copyFile(source, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  await using handle = await open(path, 'r+')
  await handle.write(wanted.versions, 0, wanted.versions.length, places.versions)
  return path
}

/** Why SQLite cannot copy `source` into the live database `current`, in words; null where it can. */
export async function obstacleInto(current: string, source: string): Promise<string | null> {
  const [there, here] = [await headerOf(current), await headerOf(source)]
  if (there === null || here === null || there.pageSize === here.pageSize) return null
  if (there.versions[0] !== 2) return null
  return `pages of ${here.pageSize} bytes do not go into a live WAL database of ${there.pageSize}: stop its server for it`
}

/** Null for what is not there, or is no database. */
async function headerOf(path: string): Promise<Header | null> {
  try {
    await using handle = await open(path)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(places.end), 0, places.end, 0)
    if (bytesRead < places.end || buffer.toString('latin1', 0, magic.length) !== magic) return null
    const size = buffer.readUInt16BE(places.pageSize)
    const versions = buffer.subarray(places.versions)
    // A damaged header says nothing that a restored file should say as well.
    if (!journals.some((known) => known.equals(versions))) return null
    // 65536 does not fit, and is written as 1.
    return { pageSize: size === 1 ? 65_536 : size, versions }
  } catch {
    return null
  }
}
