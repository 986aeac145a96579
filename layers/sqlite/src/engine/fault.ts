import { existsSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { Fault, FaultKind, Outcome } from '@hubkeeper/core'
import { firstBytes, headerBytes } from '../examine/header.ts'

/** SQLite's primary result codes that mean something to us (sqlite.org/rescode.html). */
const codes: Readonly<Record<number, FaultKind>> = {
  3: 'no-access',
  5: 'locked',
  6: 'locked',
  8: 'no-access',
  11: 'corrupt',
  13: 'no-space',
  14: 'no-access',
  26: 'not-a-database',
}

/** SQLITE_READONLY_ROLLBACK: there is a journal to roll back, and we may only read. */
const readonlyRollback = 776
/** SQLITE_NOMEM: the heap limit was reached. */
const noMemory = 7

const maxMessage = 300

const missingPatterns = [
  /no such collation sequence: (.+)/,
  /no such module: (.+)/,
  /no such tokenizer: (.+)/,
  /unknown tokenizer: (.+)/,
  /no such function: (.+)/,
  /unknown function: (\w+)/,
]

/** SQLite's own code of an error; null for anything else. */
export const errcodeOf = (error: unknown): number | null =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : null

/** The name that an engine lacks, from what it says; null for any other trouble. */
export function missingName(message: string): string | null {
  for (const pattern of missingPatterns) {
    const name = pattern.exec(message)?.[1]
    if (name !== undefined) return name.trim()
  }
  return null
}

/** What an error of SQLite means for the file at `path`. */
export function faultOf(error: unknown, path: string): Fault {
  const text = error instanceof Error ? error.message : String(error)
  const message = `${basename(path)}: ${text.slice(0, maxMessage)}`
  const missing = missingName(text)
  if (missing !== null) return { kind: 'needs-extension', message, missing: [missing] }
  const code = errcodeOf(error)
  if (code === readonlyRollback) {
    return {
      kind: 'hot-journal',
      message: `${basename(path)}: an unfinished transaction is to be rolled back first`,
      missing: [],
    }
  }
  const kind = code === null ? 'other' : (codes[code & 0xff] ?? 'other')
  if (kind === 'not-a-database') return { kind, message: `${basename(path)} ${whatItIs(path)}`, missing: [] }
  const later = text.includes('unsupported file format') ? newerFormat(headerOf(path)) : null
  return { kind, message: later === null ? message : `${basename(path)} ${later}`, missing: [] }
}

/** An error as an outcome. */
export const failedWith = (error: unknown, path: string): Outcome<never> =>
  errcodeOf(error) === noMemory
    ? {
        state: 'stopped',
        by: 'memory-limit',
        detail: `${basename(path)}: SQLite reached its limit of memory`,
      }
    : { state: 'fault', fault: faultOf(error, path) }

/**
 * Trouble that shows without SQLite; null when it looks like a database. Only in a process that does
 * not have the file open in SQLite: closing it here would drop that connection's locks.
 */
export function sniff(path: string): Fault | null {
  const name = basename(path)
  if (!existsSync(path)) return { kind: 'missing', message: `there is no file ${path}`, missing: [] }
  try {
    if (statSync(path).size === 0) return { kind: 'empty', message: `${name} is empty: 0 bytes`, missing: [] }
    const header = headerOf(path)
    if (header.length >= headerBytes && header.subarray(0, 16).equals(magic)) return null
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { kind: 'no-access', message: `${name} cannot be read: ${reason}`, missing: [] }
  }
  return { kind: 'not-a-database', message: `${name} ${whatItIs(path)}`, missing: [] }
}

const magic = Buffer.from('SQLite format 3\0', 'latin1')

/** As much as tells what a file is. */
const headerOf = (path: string): Buffer => firstBytes(path, 512)

const damagedHeader = 'begins like a database, but its header is damaged'

/** What says that a later SQLite wrote the file, as the rest of a sentence; null where nothing does. */
function newerFormat(header: Buffer): string | null {
  if (header.length < headerBytes) return null
  const [readVersion, schemaFormat] = [header[19] ?? 0, header.readUInt32BE(44)]
  // Further ones than the next few are no versions, but damage.
  if (readVersion > 2 && readVersion < 8) {
    return `is of a later file format (read version ${readVersion}) than this engine reads (2): use a later one`
  }
  return schemaFormat > 4 && schemaFormat < 16
    ? `is of a later schema format (${schemaFormat}) than this engine reads (4): use a later one`
    : null
}

/** What a file that is no database seems to be, as the rest of a sentence. */
function whatItIs(path: string): string {
  const header = headerOf(path)
  if (header[0] === 0x1f && header[1] === 0x8b) return 'is gzip-compressed, not a database'
  if (header.subarray(0, 16).equals(magic)) return newerFormat(header) ?? damagedHeader
  const printable = header.filter(
    (byte) => (byte >= 0x20 && byte < 0x7f) || byte === 9 || byte === 10 || byte === 13,
  )
  if (printable.length === header.length) return 'is a text file, not a database'
  if (new Set(header).size > 150) return 'is not a database: encrypted, or its header is damaged'
  return 'is not a database'
}
