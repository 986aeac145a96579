import {
  type BigIntStats,
  lstatSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname, join, posix, sep } from 'node:path'
import {
  codeOf,
  HubkeeperError,
  ioError,
  KeyRefusedError,
  keys,
  type ObjectInfo,
  ObjectMissingError,
  type ObjectStore,
  PreconditionFailedError,
  type WriteCondition,
} from '@hubkeeper/core'
import {
  keepOwnership,
  makeDirectory,
  moveIntoPlace,
  removeIfEmpty,
  syncDirectory,
  syncFile,
  temporaryBeside,
} from './durable-file.ts'
import { etagOf, stampFinely } from './etag.ts'
import { pathOf } from './keys.ts'
import { keysUnder } from './listing.ts'
import { createLock } from './lock.ts'
import { copyHashing, hashFile } from './transfer.ts'

/** See {@link directoryStore}. */
export interface DirectoryStoreOptions {
  /** The directory that holds the objects. */
  readonly root: string
  /**
   * Whether a key may not be written, copied over or deleted now: that of the live database.
   *
   * @default none is
   */
  readonly isReadOnly?: (key: string) => boolean
  /**
   * The lock between processes.
   *
   * @default `state/locks.db` below the root
   */
  readonly lockPath?: string
}

/** What is copied below the backups may be secret where it comes from: only this user reads it. */
const modeOf = (key: string): number => (key.startsWith(keys.backups) ? 0o600 : 0o644)

const infoOf = (key: string, stats: BigIntStats): ObjectInfo => ({
  key,
  bytes: Number(stats.size),
  etag: etagOf(stats),
  modifiedAt: new Date(Number(stats.mtimeMs)),
})

/** An object store over a directory: a key is a path. Conditions hold across processes. */
export function directoryStore({
  isReadOnly = () => false,
  lockPath,
  root,
}: DirectoryStoreOptions): ObjectStore {
  const lock = createLock(lockPath ?? join(root, 'state/locks.db'))
  const hidden = lockPath === undefined ? 'state/locks.db' : null

  /** @throws KeyRefusedError when a symbolic link on the way leads out of the root */
  const locate = (key: string): string => {
    const path = pathOf(root, key)
    const inside = nearestReal(path)
    const base = nearestReal(root)
    if (inside !== base && !inside.startsWith(base + sep)) {
      throw new KeyRefusedError(key, 'a symbolic link on its way leads out of the store')
    }
    return path
  }
  const locateForWriting = (key: string): string => {
    if (!isReadOnly(key)) return locate(key)
    throw new HubkeeperError('no-access', `${key} is the live database: it is never written as a file`, {
      hint: 'this is a defect of the task; nothing was done',
    })
  }
  const current = (key: string, path: string): ObjectInfo | null => {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
    return stats?.isFile() ? infoOf(key, stats) : null
  }
  const check = (key: string, path: string, condition: WriteCondition | undefined): void => {
    if (condition === undefined) return
    const etag = current(key, path)?.etag ?? null
    if ('ifNoneMatch' in condition ? etag === null : etag === condition.ifMatch) return
    throw new PreconditionFailedError(
      key,
      'ifNoneMatch' in condition ? 'that it is absent' : `ETag ${condition.ifMatch}`,
    )
  }

  /** Makes a finished temporary file the object, under the lock and its condition. */
  const publish = (key: string, temporary: string, condition: WriteCondition | undefined): ObjectInfo => {
    const path = locateForWriting(key)
    return lock.run(() => {
      check(key, path, condition)
      keepOwnership(temporary, path)
      stampFinely(temporary)
      moveIntoPlace(temporary, path)
      const info = current(key, path)
      if (info === null) throw new ObjectMissingError(key)
      return info
    })
  }

  /** A temporary file beside the object, made by `make`, published, and gone after any fault. */
  async function replace<T>(
    key: string,
    condition: WriteCondition | undefined,
    make: (temporary: string) => Promise<T>,
    confirm: () => Promise<void> = async () => {},
  ): Promise<{ info: ObjectInfo; made: T }> {
    const path = locateForWriting(key)
    const temporary = temporaryBeside(path)
    try {
      makeDirectory(dirname(path))
      // Before any work: most conditions that fail, fail already here.
      check(key, path, condition)
      const made = await make(temporary)
      await confirm()
      return { info: publish(key, temporary, condition), made }
    } catch (error) {
      throw ioError(error, path, 'cannot write')
    } finally {
      rmSync(temporary, { force: true })
    }
  }

  const existing = (key: string, path: string, ifMatch: string | undefined): ObjectInfo => {
    const info = current(key, path)
    if (info === null) throw new ObjectMissingError(key)
    if (ifMatch !== undefined) check(key, path, { ifMatch })
    return info
  }

  /** Copies exactly one version into a new file. */
  async function copyVersion(
    key: string,
    target: string,
    { durable, ifMatch, mode }: { durable: boolean; mode: number; ifMatch: string | undefined },
  ) {
    const path = locate(key)
    existing(key, path, ifMatch)
    const { after, before, sha256 } = await copyHashing(path, target, { mode, durable })
    if ((ifMatch ?? etagOf(before)) === etagOf(before) && etagOf(before) === etagOf(after)) {
      return { info: infoOf(key, before), sha256 }
    }
    rmSync(target, { force: true })
    throw new PreconditionFailedError(key, 'that it does not change while it is read')
  }

  return {
    head: async (key) => current(key, locate(key)),

    async list(prefix, { after = '', limit = 1000 } = {}) {
      const objects: ObjectInfo[] = []
      for (const key of keysUnder(root, prefix, after)) {
        if (hidden !== null && key.startsWith(hidden)) continue
        if (objects.length === limit) return { objects, next: objects.at(-1)?.key ?? null }
        const info = current(key, join(root, key))
        // A file that went while it was listed was deleted, and is not there.
        if (info !== null) objects.push(info)
      }
      return { objects, next: null }
    },

    async get(key, { ifMatch, range } = {}) {
      const path = locate(key)
      try {
        const stats = await stat(path, { bigint: true })
        if (!stats.isFile()) return null
        const body = await readFile(path)
        if (ifMatch !== undefined) check(key, path, { ifMatch })
        const part = range === undefined ? body : body.subarray(range.start, range.end + 1)
        return { info: infoOf(key, stats), body: part }
      } catch (error) {
        if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null
        throw ioError(error, path, 'cannot read')
      }
    },

    async put(key, body, condition) {
      const { info } = await replace(key, condition, async (temporary) => {
        writeFileSync(temporary, body, { flag: 'wx', flush: true })
      })
      return info
    },

    async download(key, path, { ifMatch } = {}) {
      try {
        // Scratch needs no sync: what is on it after a crash is thrown away.
        return await copyVersion(key, path, { durable: false, mode: 0o600, ifMatch })
      } catch (error) {
        throw ioError(error, path, `cannot copy ${key} to`)
      }
    },

    async fileOf(key) {
      const path = locate(key)
      return current(key, path) === null ? null : path
    },

    async upload(path, key, { condition, confirm, consume = false } = {}) {
      const make = async (temporary: string): Promise<string> => {
        if (consume && (await sameDevice(path, dirname(temporary)))) {
          const [sha256] = await Promise.all([hashFile(path), syncFile(path)])
          renameSync(path, temporary)
          return sha256
        }
        return (await copyHashing(path, temporary, { mode: modeOf(key), durable: true })).sha256
      }
      const { info, made } = await replace(key, condition, make, confirm)
      if (consume) rmSync(path, { force: true })
      return { info, sha256: made }
    },

    async copy(from, to, { condition, sourceIfMatch } = {}) {
      const { info } = await replace(to, condition, (temporary) =>
        copyVersion(from, temporary, { durable: true, mode: modeOf(to), ifMatch: sourceIfMatch }),
      )
      return info
    },

    async delete(key, condition) {
      const path = locateForWriting(key)
      try {
        lock.run(() => {
          check(key, path, condition)
          if (current(key, path) === null) return
          rmSync(path)
          syncDirectory(dirname(path))
          // Objects have no folders: one is gone with its last object. The first level stays, as people made it.
          for (let folder = posix.dirname(key); folder.includes('/'); folder = posix.dirname(folder)) {
            removeIfEmpty(join(root, folder))
          }
        })
      } catch (error) {
        throw ioError(error, path, 'cannot delete')
      }
    },
  }
}

const sameDevice = async (one: string, other: string): Promise<boolean> =>
  (await stat(one)).dev === (await stat(other)).dev

/** The real path of the nearest part of `path` that exists. */
function nearestReal(path: string): string {
  // A dangling link exists as a link: it must not pass for a name that is free.
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) {
    const parent = dirname(path)
    return parent === path ? path : nearestReal(parent)
  }
  return realpathSync(path)
}
