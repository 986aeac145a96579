import {
  type Backup,
  type BackupFile,
  type BackupManifest,
  keys,
  listAll,
  ObjectMissingError,
} from '@hubkeeper/core'
import { sizesOf } from './certify.ts'
import type { CustodyOptions } from './options.ts'
import { fingerprintOf } from './reading-time.ts'

/** What became of the files that are kept with a backup. */
export interface KeptFiles {
  readonly count: number
  /** Every byte that was read. */
  readonly bytes: number
  /** What is not as it was written, in words. */
  readonly faults: readonly string[]
}

/** Reads every file back that is kept with a backup, and looks for what does not belong to it. */
export async function readKeptFiles(options: CustodyOptions, { manifest }: Backup): Promise<KeptFiles> {
  const { files } = manifest
  const faults: string[] = []
  let bytes = 0
  for (const file of files) {
    const read = await readFile(options, keys.backupFile(manifest.id, file.key), file.bytes)
    bytes += read?.bytes ?? 0
    const fault = faultOf(file, read)
    if (fault !== null) faults.push(fault)
  }
  return { count: files.length, bytes, faults: [...faults, ...(await strangersIn(options, manifest))] }
}

interface Read {
  readonly bytes: number
  readonly sha256: string
}

function faultOf({ bytes, key, sha256 }: BackupFile, read: Read | null): string | null {
  if (read === null) return `its file ${key} is gone`
  if (read.bytes !== bytes) {
    return `its file ${key} has ${sizesOf(read.bytes, bytes)} were written`
  }
  return read.sha256 === sha256
    ? null
    : `the SHA-256 of its file ${key} is ${read.sha256}, of what was written ${sha256}`
}

/** Size and SHA-256 of a stored file; null when it is gone. */
async function readFile(
  { scratch, store }: CustodyOptions,
  key: string,
  bytes: number,
): Promise<Read | null> {
  const path = scratch.path('kept-file')
  try {
    const file = await store.fileOf(key)
    if (file !== null) return await fingerprintOf(file)
    await scratch.requireSpace(bytes, `reading back ${key}`)
    const { info, sha256 } = await store.download(key, path)
    return { bytes: info.bytes, sha256 }
  } catch (error) {
    if (error instanceof ObjectMissingError) return null
    throw error
  } finally {
    await scratch.remove(path)
  }
}

/** What lies among the parts of a backup and is none of them, in words. */
async function strangersIn({ store }: CustodyOptions, manifest: BackupManifest): Promise<string[]> {
  const { files, id, key: copy } = manifest
  const own = new Set([copy, keys.manifest(id), ...files.map(({ key }) => keys.backupFile(id, key))])
  const strangers: string[] = []
  for await (const { key } of listAll(store, keys.backup(id))) {
    // Whether a certificate belongs there is a matter of the chain.
    if (!own.has(key) && !key.startsWith(`${keys.backup(id)}certificate-`)) {
      strangers.push(`${key} does not belong to it`)
    }
  }
  return strangers
}
