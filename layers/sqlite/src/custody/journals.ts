import { copyFile } from 'node:fs/promises'
import { codeOf, PreconditionFailedError } from '@hubkeeper/core'
import type { CustodyOptions } from './options.ts'
import { sizeOf } from './real-file.ts'

type Beside = Pick<CustodyOptions, 'database' | 'store'>

/** Size of a journal beside the database, bytes; 0 when there is none, or nothing in it. */
export async function journalSize(
  { database: { key, path }, store }: Beside,
  suffix: '-wal' | '-journal',
): Promise<number> {
  return path === null ? ((await store.head(key + suffix))?.bytes ?? 0) : sizeOf(path + suffix)
}

/** Copies the rollback journal beside the database. @throws PreconditionFailedError when it went meanwhile */
export async function copyJournal({ database: { key, path }, store }: Beside, target: string): Promise<void> {
  try {
    if (path === null) await store.download(`${key}-journal`, target)
    else await copyFile(`${path}-journal`, target)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    throw new PreconditionFailedError(`${key}-journal`, 'that it stays while it is read')
  }
}
