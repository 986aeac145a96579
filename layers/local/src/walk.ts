import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, folderOf, ioError } from '@hubkeeper/core'

/** What was found on a walk: a plain file, a directory, one that this user may not look into, or a link and the like. */
export interface Place {
  readonly key: string
  readonly kind: 'file' | 'directory' | 'closed' | 'other'
}

/** See {@link walk}. */
export interface WalkOptions {
  readonly root: string
  /** Only the folders that these globs lead to are entered. */
  readonly patterns: readonly string[]
  /** Whether `node_modules` and virtual environments are entered. */
  readonly environments: boolean
}

/**
 * Files and directories below `root`, the content of a directory before itself. No link is followed, and
 * `.git` is not entered.
 */
export async function* walk(options: WalkOptions, folder = ''): AsyncGenerator<Place> {
  const entries = await entriesOf(join(options.root, folder))
  if (entries === null) {
    yield { key: folder, kind: 'closed' }
    return
  }
  const isEnvironment = entries.some(({ name }) => name === 'pyvenv.cfg')
  if (isEnvironment && folder !== '' && !options.environments) return
  const folders = options.patterns.map(folderOf)
  for (const entry of entries) {
    const key = folder + entry.name
    if (entry.isFile()) yield { key, kind: 'file' }
    else if (!entry.isDirectory()) yield { key, kind: 'other' }
    if (!entry.isDirectory() || entry.name === '.git') continue
    if (entry.name === 'node_modules' && !options.environments) continue
    const inside = `${key}/`
    if (!folders.some((wanted) => wanted.startsWith(inside) || inside.startsWith(wanted))) continue
    yield* walk(options, inside)
    yield { key, kind: 'directory' }
  }
}

/** What lies in a directory; nothing in one that is gone, null for one that is closed to this user. */
async function entriesOf(path: string) {
  try {
    return await readdir(path, { withFileTypes: true })
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return []
    if (codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM') return null
    throw ioError(error, path, 'cannot look into')
  }
}
