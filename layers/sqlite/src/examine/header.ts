import { closeSync, openSync, readSync } from 'node:fs'

/** What a database begins with; a shorter file is none. */
export const headerBytes = 100

/** What the first 100 bytes tell (sqlite.org/fileformat2.html). */
export interface Header {
  readonly journalMode: 'rollback' | 'wal'
  readonly writerVersion: string | null
}

/** The first bytes of a file that no connection of this process has open, `most` at most. */
export function firstBytes(path: string, most: number): Buffer {
  const buffer = Buffer.alloc(most)
  const descriptor = openSync(path, 'r')
  try {
    return buffer.subarray(0, readSync(descriptor, buffer, 0, most, 0))
  } finally {
    closeSync(descriptor)
  }
}

/** Reads the header of a file that no connection of this process has open; what is missing of it is zero. */
export function readHeader(path: string): Header {
  const buffer = Buffer.concat([firstBytes(path, headerBytes)], headerBytes)
  const version = buffer.readUInt32BE(96)
  const parts = [Math.floor(version / 1_000_000), Math.floor(version / 1000) % 1000, version % 1000]
  return {
    journalMode: buffer[18] === 2 ? 'wal' : 'rollback',
    writerVersion: version === 0 ? null : parts.join('.'),
  }
}
