import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { endianness } from 'node:os'

/** Counts the commits in a database, whoever makes them. */
export interface CommitCounter {
  /** Tells its file from another one of that name, which counts from another beginning. */
  readonly file: string
  /** Commits so far, from any beginning; null when they cannot be read. */
  read(): number | null
  close(): void
}

/** Of the rollback mode's counter in the header (sqlite.org/fileformat2.html, "File change counter"). */
const fileChangeCounter = 24
/** The WAL index begins with two copies of its header (sqlite.org/walformat.html). */
const indexHeader = 48
const changesInIndex = 8

/**
 * Reads the counter that SQLite itself keeps. It is opened as a file, and closing any descriptor of a
 * file drops this process's locks on it: close it after the connection, never before.
 */
export function countCommits(path: string, journalMode: 'rollback' | 'wal'): CommitCounter {
  const descriptor = openSync(journalMode === 'wal' ? `${path}-shm` : path, 'r')
  const { birthtimeNs, dev, ino } = fstatSync(descriptor, { bigint: true })
  return {
    file: `${dev}-${ino}-${birthtimeNs}`,
    read: () => (journalMode === 'wal' ? inIndex(descriptor) : inHeader(descriptor)),
    close: () => closeSync(descriptor),
  }
}

function inHeader(descriptor: number): number | null {
  const bytes = Buffer.alloc(4)
  return readSync(descriptor, bytes, 0, 4, fileChangeCounter) === 4 ? bytes.readUInt32BE() : null
}

/** Both copies of the header are equal unless somebody is writing them. */
function inIndex(descriptor: number): number | null {
  const bytes = Buffer.alloc(2 * indexHeader)
  for (let attempt = 0; attempt < 100; attempt++) {
    const complete = readSync(descriptor, bytes, 0, bytes.length, 0) === bytes.length
    if (!complete || !bytes.subarray(0, indexHeader).equals(bytes.subarray(indexHeader))) continue
    return endianness() === 'LE' ? bytes.readUInt32LE(changesInIndex) : bytes.readUInt32BE(changesInIndex)
  }
  return null
}
