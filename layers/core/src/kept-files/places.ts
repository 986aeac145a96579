import { posix } from 'node:path'
import { problemOfKey } from '../key-rules.ts'
import { isBelowGit, ownFolderOf } from '../protection.ts'

/** What of a hub's configuration says which files are none of the hub's own. */
export interface OwnPlaces {
  readonly database: { readonly path: string }
}

/** Files that SQLite makes beside a database. */
const journals = ['', '-wal', '-shm', '-journal']

/** What every store can hold under a backup's own key, bytes of UTF-8. */
const maxKeyBytes = 800

/**
 * Why a file is never kept with a backup nor put back by a restore, whatever a glob says, judged by its key;
 * null where nothing speaks against it.
 */
export function neverKept(key: string, { database }: OwnPlaces): string | null {
  // Some disks do not tell capitals apart.
  const name = key.toLowerCase()
  const kept = posix.normalize(database.path).toLowerCase()
  if (journals.some((suffix) => name === kept + suffix)) return 'the database is kept as one'
  const own = ownFolderOf(key)
  if (own !== null) return `it lies below ${own}, which is Hubkeeper’s own`
  if (isBelowGit(key)) return 'it lies below .git'
  return new TextEncoder().encode(key).length > maxKeyBytes
    ? `its key is longer than ${maxKeyBytes} bytes`
    : null
}

/** Why no restore puts a file in the place of this one; null where one may. */
export function neverReplaced(key: string, places: OwnPlaces): string | null {
  const problem = problemOfKey(key)
  if (problem !== null) return `its name is no key: ${problem}`
  // It names commands that Hubkeeper runs: no backup may decide over them.
  if (posix.basename(key.toLowerCase()) === 'hubkeeper.json') {
    return 'it is a configuration of Hubkeeper: take it from hubkeeper restore --to DIR --with-files, and look at it'
  }
  return neverKept(key, places)
}
