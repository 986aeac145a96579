import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { backup, type DatabaseSync } from 'node:sqlite'
import { errcodeOf } from './fault.ts'
import { LockedError } from './locks.ts'

/** Every page in one step: a copy that is never restarted by a writer. */
const allPages = 2 ** 31 - 1

/**
 * Copies all of a database to a file, or into the database that it is, by SQLite's backup API; gives the
 * pages.
 *
 * @throws LockedError when a lock of another connection is in the way
 */
export async function copyDatabase(source: DatabaseSync, target: string): Promise<number> {
  try {
    return await backup(source, target, { rate: allPages })
  } catch (error) {
    // Node reports a step that was refused by a lock as an error whose code says that there is none.
    if (errcodeOf(error) === 0) throw new LockedError()
    throw error
  }
}

/** Where the header tells which version of SQLite wrote the file last (sqlite.org/fileformat2.html). */
const writerVersion = { offset: 96, bytes: 4 } as const

/** The bytes of the header that tell who wrote a file; only while this process has it open nowhere else. */
export function writerOf(path: string): Buffer {
  const descriptor = openSync(path, 'r')
  try {
    const writer = Buffer.alloc(writerVersion.bytes)
    readSync(descriptor, writer, 0, writerVersion.bytes, writerVersion.offset)
    return writer
  } finally {
    closeSync(descriptor)
  }
}

/** Makes a finished copy say who wrote its original: the backup API has it say that this engine did. */
export function stampWriter(path: string, writer: Buffer): void {
  const descriptor = openSync(path, 'r+')
  try {
    writeSync(descriptor, writer, 0, writerVersion.bytes, writerVersion.offset)
  } finally {
    closeSync(descriptor)
  }
}
