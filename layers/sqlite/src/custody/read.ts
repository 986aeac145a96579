import { basename } from 'node:path'
import {
  type Backup,
  type BackupList,
  type BackupReader,
  examinationParts,
  HubkeeperError,
  isProven,
  keys,
  latestBelievable,
  ObjectMissingError,
  type RestoredCopy,
  type RestoredFile,
  restorationSchema,
} from '@hubkeeper/core'
import { confirmationSchema, listBackups } from './catalog.ts'
import { checkChain } from './chain-check.ts'
import { coverageOf } from './coverage.ts'
import type { CustodyOptions } from './options.ts'
import { queriesOf } from './queries.ts'
import { isIntact, readBack } from './read-back.ts'
import { readJson } from './stored.ts'

/** The backups of one hub, to be looked at. */
export function openReader(options: CustodyOptions): BackupReader {
  const { engine, scratch, store } = options

  const list: BackupReader['list'] = () => listBackups(store)

  return {
    list,
    restoreToScratch: (backup) => restoreToScratch(options, backup),
    examine: ({ path }) => engine.examine(path, { parts: examinationParts, scratch: scratch.directory }),
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
  const copy = await copyOf(options, backup)
  if (copy === null) throw new ObjectMissingError(backup.manifest.key)
  return copy
}

/** As {@link restoreToScratch}; null when it is gone. */
export async function copyOf(options: CustodyOptions, backup: Backup): Promise<RestoredCopy | null> {
  const { bytes, id, key } = backup.manifest
  const what = `reading back backup ${id}`
  const read = await readBack(options, { key, bytes, name: basename(key), what })
  if (read === null) return null
  const { isCopy, ...copy } = read
  return {
    backup,
    ...copy,
    intact: isIntact(copy, backup.manifest),
    dispose: () => (isCopy ? options.scratch.remove(copy.path) : Promise.resolve()),
  }
}

/**
 * The files that are kept with a backup, in the manifest's order. One that is gone is not intact, and the others
 * may be.
 *
 * @throws HubkeeperError `no-space` before any is copied, unless all of them fit
 */
async function restoreFiles(
  options: CustodyOptions,
  { manifest: { files, id } }: Backup,
): Promise<RestoredFile[]> {
  const what = `reading back the files of backup ${id}`
  let left = files.reduce((sum, file) => sum + file.bytes, 0)
  const restored: RestoredFile[] = []
  for (const file of files) {
    const read = await readBack(options, {
      key: keys.backupFile(id, file.key),
      bytes: left,
      name: 'kept',
      what,
    })
    left -= file.bytes
    const intact = read !== null && isIntact(read, file)
    restored.push({ ...file, path: read?.path ?? options.scratch.path('gone'), intact })
  }
  return restored
}
