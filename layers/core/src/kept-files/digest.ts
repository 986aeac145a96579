import { createHash } from 'node:crypto'
import type { BackupFile } from '../certificate.ts'

/**
 * What "the same files" means: SHA-256, hex, over a line for each with its key, SHA-256 and mode, sorted. Times
 * do not count.
 */
export function digestOfFiles(files: readonly Pick<BackupFile, 'key' | 'sha256' | 'mode'>[]): string {
  const lines = files.map(({ key, mode, sha256 }) => `${key}\t${sha256}\t${mode ?? '-'}\n`)
  return createHash('sha256').update(lines.sort().join('')).digest('hex')
}
