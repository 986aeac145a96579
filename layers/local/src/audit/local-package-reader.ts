import { lstat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import {
  type HubConfig,
  type HubFile,
  type Installation,
  matchesAny,
  mebibytes,
  messageOf,
  type PackageReader,
  readInventory,
} from '@hubkeeper/core'
import { exclusionFor } from '../hub-file-copier.ts'
import { keyOf } from '../keys.ts'
import { walk } from '../walk.ts'
import { boundedFiles } from './bounded-files.ts'
import { readEnvironment } from './virtual-environment.ts'

/** See {@link localPackageReader}. */
export interface LocalPackageReaderOptions {
  readonly root: string
  readonly hub: Pick<HubConfig, 'audit' | 'database' | 'requirements'>
  /** Directories that are Hubkeeper's own: backups and scratch. */
  readonly own: readonly string[]
}

/** Where virtual environments usually are. */
const usual = ['.venv', 'venv', 'env'] as const

/** Bytes of a published inventory. */
const maxInventory = mebibytes(32)

/** Reads what the hub in a directory of this machine asks for, and what it has installed. */
export function localPackageReader({ hub, own, root }: LocalPackageReaderOptions): PackageReader {
  const files = boundedFiles(root)
  const excluded = exclusionFor({ hub, own, root })
  const { environment, inventory } = hub.audit.python

  async function* keysOf(patterns: readonly string[]): AsyncGenerator<string> {
    // What a pattern names outright is there even behind a link; reading it then says where that leads.
    yield* patterns.map((pattern) => keyOf(root, join(root, pattern)))
    for await (const { key, kind } of walk({ root, patterns, environments: false })) {
      if (kind !== 'directory' && matchesAny(key, patterns)) yield key
    }
  }

  async function environments(): Promise<Installation[]> {
    if (environment === undefined) {
      const found = await Promise.all(usual.map((key) => readEnvironment(files, key)))
      return found.filter((one) => one !== null)
    }
    const key = posix.normalize(environment).replace(/\/$/, '')
    return [(await readEnvironment(files, key)) ?? missing(key, 'there is no virtual environment')]
  }

  async function published(): Promise<Installation[]> {
    if (inventory === undefined) return []
    const key = posix.normalize(inventory)
    try {
      const bytes = await files.read(key, maxInventory + 1)
      const writtenAt = await files.modifiedAt(key)
      if (bytes === null || writtenAt === null) return [missing(key, 'there is no inventory')]
      if (bytes.length > maxInventory) return [missing(key, 'its inventory is too long to be read')]
      return [readInventory(key, new TextDecoder().decode(bytes), writtenAt)]
    } catch (error) {
      return [missing(key, messageOf(error))]
    }
  }

  return {
    read: files.read,

    async files() {
      const found = new Map<string, HubFile>()
      for await (const key of keysOf(hub.requirements)) {
        const stats = await lstat(join(root, key)).catch(() => null)
        if (stats === null || excluded(key) !== null) continue
        if (stats.isFile() || stats.isSymbolicLink()) {
          found.set(key, { key, bytes: stats.size, modifiedAt: stats.mtime })
        }
      }
      return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
    },

    async installed() {
      const found = await environments()
      const isKnown = found.some(({ packages }) => packages.length > 0)
      return isKnown ? found : [...found, ...(await published())]
    },
  }
}

const missing = (source: string, reason: string): Installation => ({
  source,
  writtenAt: null,
  python: null,
  packages: [],
  unreadable: [`${source}: ${reason}`],
})
