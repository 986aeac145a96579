import type { Stats } from 'node:fs'
import { lstat, open, realpath, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  type CleanupCandidate,
  codeOf,
  type Deletion,
  type Fence,
  folderOf,
  type HubCleaner,
  ioError,
  matchesAny,
  type ProtectedPlaces,
  problemOfKey,
  protectionOf,
} from '@hubkeeper/core'
import { hubFiles } from './hub-files.ts'
import { pathOf, temporaryPrefix } from './keys.ts'
import { openKeys } from './open-files.ts'
import { ownReasonFor } from './own-folders.ts'
import { walk } from './walk.ts'

/** See {@link hubCleaner}. */
export interface HubCleanerOptions {
  readonly root: string
  readonly hub: ProtectedPlaces
  /** Directories that are Hubkeeper's own, wherever they lie: backups and scratch. */
  readonly own: readonly string[]
  /** Must pass right before each deletion. @throws HubkeeperError */
  readonly fence: Fence
}

/** How the files of SQLite begin: databases, journals, write-ahead logs of either byte order. */
const signatures = [
  Buffer.from('SQLite format 3\0'),
  Buffer.from('d9d505f920a163d7', 'hex'),
  Buffer.from('377f0682', 'hex'),
  Buffer.from('377f0683', 'hex'),
]

/** Cleans up files of the hub under its directory. */
export function hubCleaner({ fence, hub, own, root }: HubCleanerOptions): HubCleaner {
  const ownReason = ownReasonFor(root, own)

  /** Why the file may not be deleted; a database is not opened to find out when its name tells. */
  async function protectedAs(key: string, path: string): Promise<string | null> {
    return ownReason(key) ?? oddityOf(key) ?? protectionOf(key, hub) ?? protectionByContent(path)
  }

  async function candidate(key: string): Promise<CleanupCandidate | null> {
    const path = join(root, key)
    const stats = await plainFile(path)
    if (stats === null) return null
    return { key, bytes: stats.size, modifiedAt: stats.mtime, protectedAs: await protectedAs(key, path) }
  }

  async function whyNot(path: string, file: Parameters<HubCleaner['delete']>[0]): Promise<string | null> {
    const stats = await plainFile(path)
    if (stats === null) return 'it is gone, or no plain file any more'
    if (stats.size !== file.bytes || stats.mtime.getTime() !== file.modifiedAt.getTime()) {
      return 'it changed meanwhile'
    }
    const folder = join(await realpath(root), dirname(file.key))
    if ((await realpath(dirname(path))) !== folder) return 'a link leads to it'
    return protectedAs(file.key, path)
  }

  return {
    ...hubFiles({ root }),
    elsewhere: null,
    open: () => openKeys(root),

    async candidates(patterns, { environments }) {
      const found: CleanupCandidate[] = []
      const closed: string[] = []
      for await (const { key, kind } of walk({ root, patterns, environments })) {
        if (kind === 'closed') closed.push(key)
        if (kind !== 'file' || !matchesAny(key, patterns)) continue
        const file = await candidate(key)
        if (file !== null) found.push(file)
      }
      return { files: found.sort((a, b) => (a.key < b.key ? -1 : 1)), closed }
    },

    async delete(file): Promise<Deletion> {
      const path = pathOf(root, file.key)
      await fence()
      try {
        const reason = await whyNot(path, file)
        if (reason !== null) return { state: 'kept', reason }
        await rm(path)
        return { state: 'deleted' }
      } catch (error) {
        return { state: 'failed', reason: ioError(error, path, 'cannot delete').message }
      }
    },

    async removeEmptyDirectories(patterns) {
      // A folder that a glob names outright is there for the server to write to.
      const named = new Set(patterns.map(folderOf))
      let removed = 0
      for await (const { key, kind } of walk({ root, patterns, environments: true })) {
        if (kind !== 'directory' || named.has(`${key}/`)) continue
        const inside = `${key}/any`
        if ((ownReason(inside) ?? protectionOf(inside, hub)) !== null) continue
        if (!matchesAny(inside, patterns)) continue
        await fence()
        if (await removeIfEmpty(join(root, key))) removed += 1
      }
      return removed
    },
  }
}

/** Why a name is none that anything is deleted by; null where nothing is odd about it. */
function oddityOf(key: string): string | null {
  if (key.split('/').some((part) => part.startsWith(temporaryPrefix))) return 'Hubkeeper writes it'
  const problem = problemOfKey(key)
  return problem === null ? null : `its name is no key: ${problem}`
}

/** What is known of a plain file; null for anything else, and for what is gone. */
async function plainFile(path: string): Promise<Stats | null> {
  try {
    const stats = await lstat(path)
    return stats.isFile() ? stats : null
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null
    throw ioError(error, path, 'cannot look at')
  }
}

/** A file that begins as SQLite's do is kept, and one that cannot be read could be one. */
async function protectionByContent(path: string): Promise<string | null> {
  try {
    await using handle = await open(path)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0)
    const start = buffer.subarray(0, bytesRead)
    const isOfSqlite = signatures.some((signature) => start.subarray(0, signature.length).equals(signature))
    return isOfSqlite ? 'a file of SQLite' : null
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    if (codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM') return 'closed to this user'
    throw ioError(error, path, 'cannot read')
  }
}

/** Whether an empty directory was removed; one that cannot be is no loss. */
const removeIfEmpty = (path: string): Promise<boolean> =>
  rmdir(path).then(
    () => true,
    () => false,
  )
