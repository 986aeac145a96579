import { type Backup, type BackupFile, type BackupManifest, keys, listAll } from '@hubkeeper/core'
import { sizesOf } from './certify.ts'
import type { CustodyOptions } from './options.ts'
import { type ReadBack, readBack } from './read-back.ts'
import { isCertificateOf } from './stored.ts'

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
    const key = keys.backupFile(manifest.id, file.key)
    const read = await readBack(options, {
      key,
      bytes: file.bytes,
      name: 'kept',
      what: `reading back ${key}`,
    })
    if (read?.isCopy === true) await options.scratch.remove(read.path)
    bytes += read?.bytes ?? 0
    const fault = faultOf(file, read)
    if (fault !== null) faults.push(fault)
  }
  return { count: files.length, bytes, faults: [...faults, ...(await strangersIn(options, manifest))] }
}

function faultOf({ bytes, key, sha256 }: BackupFile, read: ReadBack | null): string | null {
  if (read === null) return `its file ${key} is gone`
  if (read.bytes !== bytes) {
    return `its file ${key} has ${sizesOf(read.bytes, bytes)} were written`
  }
  return read.sha256 === sha256
    ? null
    : `the SHA-256 of its file ${key} is ${read.sha256}, of what was written ${sha256}`
}

/** What lies among the parts of a backup and is none of them, in words. */
async function strangersIn({ store }: CustodyOptions, manifest: BackupManifest): Promise<string[]> {
  const { files, id, key: copy } = manifest
  const own = new Set([copy, keys.manifest(id), ...files.map(({ key }) => keys.backupFile(id, key))])
  const strangers: string[] = []
  for await (const { key } of listAll(store, keys.backup(id))) {
    // Whether a certificate belongs there is a matter of the chain.
    if (!own.has(key) && !isCertificateOf(id, key)) {
      strangers.push(`${key} does not belong to it`)
    }
  }
  return strangers
}
