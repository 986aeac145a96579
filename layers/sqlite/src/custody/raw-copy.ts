import { basename } from 'node:path'
import { type ObjectInfo, PreconditionFailedError } from '@hubkeeper/core'
import { copyJournal, journalSize } from './journals.ts'
import type { CustodyOptions } from './options.ts'
import { fingerprint } from './scratch.ts'

/** A file on scratch disk. */
interface RawCopy {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/**
 * The bytes of a database as they are. Where an unfinished transaction wrote over some, and the journal
 * beside the database has them still, they are put back in the copy: they are what was committed.
 *
 * @throws PreconditionFailedError when it changes meanwhile
 */
export async function copyRaw(options: CustodyOptions, { bytes, etag }: ObjectInfo): Promise<RawCopy> {
  const { engine, scratch, store } = options
  const { key } = options.database
  const journal = await journalSize(options, '-journal')
  await scratch.requireSpace(bytes + journal, `a copy of ${key}`)

  async function download(): Promise<RawCopy> {
    const path = scratch.path(basename(key))
    return { path, bytes, sha256: (await store.download(key, path, { ifMatch: etag })).sha256 }
  }

  const copy = await download()
  if (journal === 0) return copy
  const beside = `${copy.path}-journal`
  await copyJournal(options, beside)
  if ((await store.head(key))?.etag !== etag) {
    throw new PreconditionFailedError(key, 'that it does not change while it is read')
  }
  const rolledBack = await engine.rollBack(copy.path)
  await scratch.remove(beside)
  if (rolledBack.state === 'done') return { path: copy.path, ...(await fingerprint(copy.path)) }
  await scratch.remove(copy.path)
  return download()
}
