import { closeSync, openSync, readSync } from 'node:fs'

/** What the first 100 bytes tell (sqlite.org/fileformat2.html). */
export interface Header {
  readonly journalMode: 'rollback' | 'wal'
  readonly writerVersion: string | null
}

/** Reads the header of a file that no connection of this process has open. */
export function readHeader(path: string): Header {
  const buffer = Buffer.alloc(100)
  const descriptor = openSync(path, 'r')
  try {
    readSync(descriptor, buffer, 0, 100, 0)
  } finally {
    closeSync(descriptor)
  }
  const version = buffer.readUInt32BE(96)
  const parts = [Math.floor(version / 1_000_000), Math.floor(version / 1000) % 1000, version % 1000]
  return {
    journalMode: buffer[18] === 2 ? 'wal' : 'rollback',
    writerVersion: version === 0 ? null : parts.join('.'),
  }
}
