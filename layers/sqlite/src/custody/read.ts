import { basename } from 'node:path'
import {
  type Backup,
  type BackupManifest,
  type BackupReader,
  type Examination,
  examinationParts,
  isProven,
  keys,
  ObjectMissingError,
  type ObjectStore,
  type RestoredCopy,
  type RestoredFile,
  restorationSchema,
  type Transfer,
} from '@hubkeeper/core'
import { confirmationSchema, listBackups, readJson } from './catalog.ts'
import { checkChain } from './chain-check.ts'
import { coverageOf } from './coverage.ts'
import type { CustodyOptions } from './options.ts'
import { queriesOf } from './queries.ts'
import { fingerprint } from './scratch.ts'

/** The backups of one hub, to be looked at. */
export function openReader(options: CustodyOptions): BackupReader {
  const { engine, store } = options

  const list: BackupReader['list'] = () => listBackups(store)

  const proven = async (): Promise<Backup[]> => (await list()).backups.filter(isProven)

  return {
    list,
    restoreToScratch: (backup) => restoreToScratch(options, backup),
    examine: (copy) => examineCopy(options, copy),
    compare: (before, after) => engine.compare(before, after),
    restoreFiles: (backup) => restoreFiles(options, backup),
    ...queriesOf(options),
    restoration: () => readJson(store, keys.restoration, restorationSchema),
    checkChain: () => checkChain(store),
    coverage: (among) => coverageOf(store, among),

    async newestProven(among) {
      const backup = (among ?? (await list()).backups).findLast(isProven)
      if (backup === undefined) return null
      const confirmation = await readJson(store, keys.confirmation, confirmationSchema)
      const times = [backup.manifest.takenAt]
      if (confirmation?.backup === backup.manifest.id) times.push(confirmation.at)
      return { backup, currentAt: new Date(Math.max(...times.map((time) => Date.parse(time)))) }
    },

    async find(selector) {
      if (selector instanceof Date) {
        const limit = selector.toISOString()
        return (await proven()).findLast(({ manifest }) => manifest.takenAt <= limit) ?? null
      }
      if (selector === 'latest') return (await proven()).at(-1) ?? null
      return (await list()).backups.find(({ manifest }) => manifest.id === selector) ?? null
    },
  }
}

/** The stored copy, read back to scratch disk; where it lies, when that is on this machine. */
export async function restoreToScratch(options: CustodyOptions, backup: Backup): Promise<RestoredCopy> {
  const { scratch, store } = options
  const { manifest } = backup
  // Backups are never written again, so one on this machine is read where it lies.
  const file = await store.fileOf(manifest.key)
  const { bytes, path, sha256 } =
    file === null ? await downloadCopy(options, manifest) : { path: file, ...(await fingerprint(file)) }
  return {
    backup,
    path,
    bytes,
    sha256,
    intact: bytes === manifest.bytes && sha256 === manifest.sha256,
    dispose: () => (file === null ? scratch.remove(path) : Promise.resolve()),
  }
}

async function downloadCopy({ scratch, store }: CustodyOptions, { bytes, id, key }: BackupManifest) {
  await scratch.requireSpace(bytes, `reading back backup ${id}`)
  const path = scratch.path(basename(key))
  const { info, sha256 } = await store.download(key, path)
  return { path, bytes: info.bytes, sha256 }
}

/** Everything that a proof looks at in a copy that is intact. */
export const examineCopy = ({ engine, scratch }: CustodyOptions, copy: RestoredCopy): Promise<Examination> =>
  engine.examine(copy.path, { parts: examinationParts, scratch: scratch.directory })

/** The files that are kept with a backup, in the manifest's order. @throws HubkeeperError `no-space` */
async function restoreFiles(
  { scratch, store }: CustodyOptions,
  { manifest: { files, id } }: Backup,
): Promise<RestoredFile[]> {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  if (bytes > 0) await scratch.requireSpace(bytes, `reading back the files of backup ${id}`)
  const restored: RestoredFile[] = []
  for (const file of files) {
    const path = scratch.path('kept')
    const transfer = await downloadPresent(store, keys.backupFile(id, file.key), path)
    const intact = transfer?.info.bytes === file.bytes && transfer.sha256 === file.sha256
    restored.push({ ...file, path, intact })
  }
  return restored
}

/** Null for what is gone: the file is not intact, and the others may be. */
async function downloadPresent(store: ObjectStore, key: string, path: string): Promise<Transfer | null> {
  try {
    return await store.download(key, path)
  } catch (error) {
    if (error instanceof ObjectMissingError) return null
    throw error
  }
}
