import { randomUUID } from 'node:crypto'
import { lstat, open, realpath } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import {
  type CopiedFile,
  codeOf,
  folderOf,
  type HubFile,
  type HubFileCopier,
  ioError,
  KeyRefusedError,
  type LeftOutFile,
  matchesAny,
  neverKept,
  type OwnPlaces,
  problemOfKey,
} from '@hubkeeper/core'
import { hubFiles } from './hub-files.ts'
import { keyOf, pathOf, temporaryPrefix } from './keys.ts'
import { ownReasonFor } from './own-folders.ts'
import { copyStill } from './still-copy.ts'
import { type Place, walk } from './walk.ts'

/** See {@link hubFileCopier}. */
export interface HubFileCopierOptions {
  readonly root: string
  readonly hub: OwnPlaces
  /** Directories that are Hubkeeper's own, wherever they lie: backups and scratch. */
  readonly own: readonly string[]
  /** A directory for copies. */
  readonly scratch: () => Promise<string>
}

/** Why a key is none that is kept, by where it lies; null where it may be. */
export function exclusionFor({ hub, own, root }: Pick<HubFileCopierOptions, 'hub' | 'own' | 'root'>) {
  const ownReason = ownReasonFor(root, own)
  return (key: string): string | null => ownReason(key) ?? neverKept(key, hub)
}

/** Copies files of the hub from its directory. */
export function hubFileCopier(options: HubFileCopierOptions): HubFileCopier {
  const { root, scratch } = options
  const excluded = exclusionFor(options)

  async function* placesOf(patterns: readonly string[]): AsyncGenerator<Place> {
    for (const pattern of patterns.filter(isName)) {
      const kind = await kindOf(join(root, pattern))
      if (kind !== null) yield { key: keyOf(root, join(root, pattern)), kind }
    }
    const globs = patterns.filter((pattern) => !isName(pattern))
    if (globs.length > 0) yield* walk({ root, patterns: globs, environments: false })
  }

  return {
    ...hubFiles({ root }),

    async candidates(patterns) {
      const files = new Map<string, HubFile>()
      const leftOut = new Map<string, LeftOutFile>()
      for await (const { key, kind } of placesOf(patterns)) {
        if (!concerns(key, kind, patterns) || key.includes(temporaryPrefix)) continue
        const left = leftOutOf(key, kind, excluded) ?? (await throughLink(root, key))
        if (left !== null) leftOut.set(key, left)
        else if (kind === 'file') {
          const stats = await lstat(join(root, key), { bigint: true }).catch(() => null)
          if (stats?.isFile()) {
            // Whole milliseconds of the same number as in a copy.
            const modifiedAt = new Date(Number(stats.mtimeMs))
            files.set(key, { key, bytes: Number(stats.size), modifiedAt })
          }
        }
      }
      return { files: sorted(files), leftOut: sorted(leftOut) }
    },

    async copy(key): Promise<CopiedFile | null> {
      const reason = excluded(key)
      if (reason !== null) throw new KeyRefusedError(key, reason)
      const path = pathOf(root, key)
      const link = await throughLink(root, key)
      if (link !== null) throw new KeyRefusedError(key, link.reason)
      const target = join(await scratch(), randomUUID())
      const copy = await copyStill(key, path, target)
      if (copy === null) return null
      const { mode, mtimeMs } = copy.stats
      return {
        key,
        path: target,
        bytes: copy.bytes,
        sha256: copy.sha256,
        modifiedAt: new Date(Number(mtimeMs)).toISOString(),
        mode: Number(mode & 0o7777n),
      }
    },

    async readCopy({ path }, maxBytes) {
      try {
        await using handle = await open(path)
        const { size } = await handle.stat()
        const buffer = Buffer.alloc(Math.min(size, maxBytes))
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0)
        return buffer.subarray(0, bytesRead)
      } catch (error) {
        throw ioError(error, path, 'cannot read')
      }
    },
  }
}

/** Whether a pattern is the name of one file. */
const isName = (pattern: string): boolean => !/[*?[{(\\]/.test(pattern)

const sorted = <T extends { readonly key: string }>(found: ReadonlyMap<string, T>): T[] =>
  [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1))

/** Whether a place is matched, or hides what would be. */
function concerns(key: string, kind: Place['kind'], patterns: readonly string[]): boolean {
  if (kind === 'directory') return patterns.includes(key)
  if (kind === 'closed') return true
  const hides = kind === 'other' && patterns.some((pattern) => folderOf(pattern).startsWith(`${key}/`))
  return hides || patterns.includes(key) || matchesAny(key, patterns)
}

function leftOutOf(
  key: string,
  kind: Place['kind'],
  excluded: (key: string) => string | null,
): LeftOutFile | null {
  const reason = excluded(key)
  if (reason !== null) return { key, reason, wanted: false }
  if (kind === 'closed') return { key, reason: 'this user may not look into it', wanted: true }
  if (kind === 'other') return { key, reason: 'a link, or no plain file: it is not followed', wanted: false }
  if (kind === 'directory') return { key, reason: 'a directory: name its files as a glob', wanted: true }
  const problem = problemOfKey(key) ?? (key.includes('\uFFFD') ? 'it is not UTF-8' : null)
  return problem === null ? null : { key, reason: `its name is no key: ${problem}`, wanted: true }
}

/** Why a key is not used that a link leads to; null where none does. What is not there yet leads nowhere. */
export async function throughLink(root: string, key: string): Promise<LeftOutFile | null> {
  const base = await realpath(root)
  for (let folder = dirname(key); folder !== '.'; folder = dirname(folder)) {
    const real = await realpath(join(root, folder)).catch(() => null)
    if (real === null && (await kindOf(join(root, folder))) === null) continue
    if (real === join(base, folder)) return null
    const outside = real === null || (real !== base && !real.startsWith(base + sep))
    return {
      key,
      reason: outside ? 'a link on its way leads out of the hub’s directory' : 'a link leads to it',
      wanted: false,
    }
  }
  return null
}

/** What lies at a path; null when nothing does. */
async function kindOf(path: string): Promise<Place['kind'] | null> {
  try {
    const stats = await lstat(path)
    return stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other'
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    if (code === 'EACCES' || code === 'EPERM') return 'closed'
    throw ioError(error, path, 'cannot look at')
  }
}
