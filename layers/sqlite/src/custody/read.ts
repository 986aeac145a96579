import { basename } from 'node:path'
import {
  type Backup,
  type BackupList,
  type BackupManifest,
  type BackupReader,
  type Examination,
  examinationParts,
  HubkeeperError,
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
import { fingerprintOf, latestBelievable } from './reading-time.ts'

/** The backups of one hub, to be looked at. */
export function openReader(options: CustodyOptions): BackupReader {
  const { engine, store } = options

  const list: BackupReader['list'] = () => listBackups(store)

  return {
    list,
    restoreToScratch: (backup) => restoreToScratch(options, backup),
    examine: (copy) => examineCopy(options, copy),
    compare: (before, after) => engine.compare(before, after),
    restoreFiles: (backup) => restoreFiles(options, backup),
    ...queriesOf(options),
    restoration: () => readJson(store, keys.restoration, restorationSchema),
    checkChain: () => checkChain(store),
    coverage: (among) => coverageOf(options, among),

    async newestProven(among) {
      const latest = latestBelievable(options.now())
      const all = (among ?? (await list()).backups).filter(isProven)
      // One of a clock that ran ahead would be the newest, and never get old, until then.
      const backup = all.findLast(({ manifest }) => Date.parse(manifest.takenAt) <= latest) ?? all.at(-1)
      if (backup === undefined) return null
      const takenAt = Date.parse(backup.manifest.takenAt)
      const confirmation = await readJson(store, keys.confirmation, confirmationSchema)
      const confirmed = confirmation?.backup === backup.manifest.id ? Date.parse(confirmation.at) : takenAt
      return { backup, currentAt: new Date(confirmed > latest ? takenAt : Math.max(takenAt, confirmed)) }
    },

    async find(selector) {
      const all = await list()
      if (typeof selector === 'string' && selector !== 'latest') {
        return all.backups.find(({ manifest }) => manifest.id === selector) ?? null
      }
      refuseGuess(all)
      const proven = all.backups.filter(isProven)
      if (selector === 'latest') return proven.at(-1) ?? null
      const limit = selector.toISOString()
      return proven.findLast(({ manifest }) => manifest.takenAt <= limit) ?? null
    },
  }
}

/** The newest one may be the very one that does not count. @throws HubkeeperError */
function refuseGuess({ quarantineUnreadable }: BackupList): void {
  if (quarantineUnreadable === null) return
  throw new HubkeeperError('io', `it is not known which backups count: ${quarantineUnreadable}`, {
    hint: `name one by its id: hubkeeper backups list; or put an older copy of ${keys.quarantine} in its place`,
  })
}

/** The stored copy, read back to scratch disk; where it lies, when that is on this machine. */
export async function restoreToScratch(options: CustodyOptions, backup: Backup): Promise<RestoredCopy> {
  const { scratch, store } = options
  const { manifest } = backup
  // Backups are never written again, so one on this machine is read where it lies.
  const file = await store.fileOf(manifest.key)
  const { bytes, path, sha256 } =
    file === null ? await downloadCopy(options, manifest) : { path: file, ...(await fingerprintOf(file)) }
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
