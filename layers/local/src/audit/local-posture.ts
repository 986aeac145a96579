import { constants, type Stats } from 'node:fs'
import { lstat, open, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  codeOf,
  type HubConfig,
  mebibytes,
  type Observation,
  onOneLine,
  type PostureInspector,
} from '@hubkeeper/core'
import { keyOf } from '../keys.ts'
import { type Place, walk } from '../walk.ts'
import { type Entry, mayHoldKey } from './file-rules.ts'
import { observing, toldPlaces } from './observed.ts'

/** Places that are looked at: a hub with more is told of, and the rest left out. */
const most = 200_000

/** How much of a file tells whether it holds a private key, bytes: that may stand behind a whole chain. */
const headBytes = mebibytes(1)

/** See {@link localPosture}. */
export interface LocalPostureOptions {
  /** The hub's directory. */
  readonly root: string
  readonly hub: HubConfig
  /** Directories that are Hubkeeper's own, wherever they lie: backups and scratch. */
  readonly own: readonly string[]
  /**
   * Places that are looked at.
   *
   * @default 200000
   */
  readonly limit?: number
}

/**
 * Who may read and change what lies in a hub's directory, as this user sees it. Nothing is opened but files
 * whose name leaves open whether they hold a private key.
 */
export const localPosture = (options: LocalPostureOptions): PostureInspector => ({
  storage: () => storageOf(options),
  credentials: async () => [],
  access: async () => ({
    unavailable: 'this machine does not log who reads the files of the hub',
    notApplicable: true,
  }),
})

async function storageOf({ hub, limit = most, own, root }: LocalPostureOptions): Promise<Observation[]> {
  const base = await statsOf(root)
  if (base === null || process.getuid === undefined) {
    const reason = base === null ? `${root} cannot be looked at` : 'this system has no such permissions'
    return [notSeen('.', reason)]
  }
  const seen = observing({
    uid: base.uid,
    root: await realpath(root),
    database: hub.database.path,
    configuration: hub.audit.secrets.files,
  })
  seen.see({ ...entryOf('', base), kind: 'directory' })
  const unseen: string[] = []
  let looked = 0
  for await (const place of walk({ root, patterns: ['**'], environments: true })) {
    if (looked++ >= limit) break
    const entry = await look(root, place)
    if (entry === null) unseen.push(place.key)
    else if (entry !== 'gone') seen.see(entry)
  }
  return [
    ...seen.observations(),
    ...(await Promise.all(own.map((path) => ownDirectory(root, path)))).flat(),
    ...unseen
      .slice(0, toldPlaces)
      .map((key) => notSeen(onOneLine(key.replace(/\/$/, '') || '.'), 'this user may not look into it')),
    ...(unseen.length > toldPlaces
      ? [notSeen('.', `this user may not look into ${unseen.length - toldPlaces} more`)]
      : []),
    ...(looked > limit ? [notSeen('.', `only the first ${limit} places were looked at`)] : []),
  ]
}

/** What can be seen of a place; `gone` for what is no more, or is a socket and the like, null where nothing can. */
async function look(root: string, { key, kind }: Place): Promise<Entry | 'gone' | null> {
  if (kind === 'closed') return null
  const path = join(root, key)
  try {
    const stats = await lstat(path)
    const entry = entryOf(key, stats)
    if (stats.isSymbolicLink())
      return { ...entry, kind: 'link', target: await realpath(path).catch(() => null) }
    if (stats.isDirectory()) return { ...entry, kind: 'directory' }
    if (!stats.isFile()) return 'gone'
    return mayHoldKey(key) ? { ...entry, holdsKey: await holdsKey(path) } : entry
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? 'gone' : null
  }
}

const entryOf = (key: string, { mode, uid }: Stats): Entry => ({
  key,
  kind: 'file',
  mode,
  uid,
  target: null,
  holdsKey: false,
})

/** Whether a private key begins in a file; one that cannot be read passes for one. */
async function holdsKey(path: string): Promise<boolean> {
  try {
    await using handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    return buffer.subarray(0, bytesRead).includes('PRIVATE KEY-----')
  } catch {
    return true
  }
}

/** Whether strangers may look into a directory that holds copies of all that the hub has. */
async function ownDirectory(root: string, path: string): Promise<Observation[]> {
  const stats = await statsOf(path)
  // It is made with the first backup.
  if (stats === null) return []
  const open = (stats.mode & 0o005) !== 0
  return [
    {
      rule: 'copies-readable',
      place: onOneLine(keyOf(root, path)),
      status: open ? 'warning' : 'ok',
      expected: 'only its owner and its group may look into it',
      actual: `mode ${(stats.mode & 0o7777).toString(8).padStart(4, '0')}`,
      advice: open ? 'chmod o-rx: copies of the database lie in it' : null,
    },
  ]
}

/** Of what a configured place leads to: a link has no permissions of its own. */
const statsOf = (path: string): Promise<Stats | null> => stat(path).catch(() => null)

const notSeen = (place: string, actual: string): Observation => ({
  rule: 'not-seen',
  place,
  status: 'unknown',
  expected: 'permissions can be looked at',
  actual,
  advice: 'run the audit as the hub’s own user',
})
