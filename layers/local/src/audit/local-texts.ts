import { constants } from 'node:fs'
import { open, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import {
  codeOf,
  type HubConfig,
  ioError,
  isSearched,
  matchesAny,
  readTexts,
  type SearchedText,
  type SecretTexts,
  type UnsearchedText,
  untilTrouble,
} from '@hubkeeper/core'
import { logFiles } from '../log-files.ts'
import { ownReasonFor } from '../own-folders.ts'
import { walk } from '../walk.ts'
import { serviceEnvironments } from './environments.ts'

/** See {@link localTexts}. */
export interface LocalTextsOptions {
  readonly root: string
  readonly hub: Pick<HubConfig, 'audit' | 'logs' | 'services'>
  /** Directories that are Hubkeeper's own. */
  readonly own: readonly string[]
}

type Text = SearchedText | UnsearchedText

/**
 * The texts of a hub on this machine: its configuration and logs below `root`, and the environment of its
 * services. No link is followed that leads out of `root`.
 */
export function localTexts({ hub, own, root }: LocalTextsOptions): SecretTexts {
  const { files, logs } = hub.audit.secrets
  const logPatterns = logs ? (hub.logs?.files ?? []) : []
  const ownReason = ownReasonFor(root, own)

  async function* configuration(): AsyncGenerator<Text> {
    const unread = (place: string, reason: string): UnsearchedText => ({
      state: 'unread',
      place,
      kind: 'config',
      reason,
    })
    for await (const { key, kind } of walk({ root, patterns: files, environments: false })) {
      if (ownReason(key) !== null) continue
      if (kind === 'closed') {
        const folder = key.replace(/\/$/, '')
        if (leadsTo(folder, files))
          yield unread(folder === '' ? '.' : folder, 'this user may not look into it')
        continue
      }
      // What is a log as well is searched as one.
      if (kind === 'directory' || !isSearched(key, files) || matchesAny(key, logPatterns)) continue
      const target = kind === 'file' ? { path: join(root, key) } : await targetOf(root, key, files)
      if (target === null) continue
      if ('reason' in target) yield unread(key, target.reason)
      else yield* readTexts({ place: key, kind: 'config', chunks: bytesOf(target.path) })
    }
  }

  async function* logTexts(): AsyncGenerator<Text> {
    if (logPatterns.length === 0) return
    const source = logFiles({ root, patterns: logPatterns })
    for (const { key } of await source.files()) {
      if (ownReason(key) === null) yield* readTexts({ place: key, kind: 'log', chunks: source.read(key) })
    }
  }

  return {
    async *texts() {
      yield* untilTrouble(configuration(), { place: 'configuration', kind: 'config' })
      yield* untilTrouble(logTexts(), { place: 'logs', kind: 'log' })
      yield* serviceEnvironments(hub.services)
    },
  }
}

/** Whether something below a directory could be searched; anything below the hub's own. */
const leadsTo = (folder: string, patterns: readonly string[]): boolean =>
  folder === '' ||
  patterns.some((pattern) => pattern.startsWith(`${folder}/`)) ||
  isSearched(`${folder}/x.env`, patterns)

/**
 * What a link stands for: a file within the hub's directory, or why that is not read; null for what is
 * neither, or is searched where it lies.
 */
async function targetOf(
  root: string,
  key: string,
  patterns: readonly string[],
): Promise<{ readonly path: string } | { readonly reason: string } | null> {
  const base = await realpath(root)
  // One that leads nowhere holds nothing.
  const path = await realpath(join(root, key)).catch(() => null)
  if (path === null) return null
  if (!path.startsWith(base + sep)) return { reason: 'it is a link out of the hub’s directory' }
  const stats = await stat(path).catch(() => null)
  if (stats?.isFile()) return { path }
  const folder = path
    .slice(base.length + 1)
    .split(sep)
    .join('/')
  if (stats?.isDirectory() && !isSearched(`${folder}/x`, patterns)) {
    return { reason: 'it is a link to a directory, which is not followed' }
  }
  return null
}

/** A file's bytes; what became a link or a pipe meanwhile is not opened. */
async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    await using handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    if (!(await handle.stat()).isFile()) return
    for await (const chunk of handle.createReadStream({ highWaterMark: 256 * 1024, autoClose: false })) {
      yield chunk
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw ioError(error, path, 'cannot read')
  }
}
