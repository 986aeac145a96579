import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'

/** KiB of page cache: large enough for a scan, small beside the limit of the process. */
const usualCacheKiB = 64 * 1024

interface ConnectionOptions {
  readonly readOnly: boolean
  /** Nobody writes the file: no locks are taken and no journal is made beside it. */
  readonly immutable?: boolean
  /** ms to wait for a lock. */
  readonly timeout?: number
  /** Bytes of SQLite's heap. */
  readonly heapLimit: number
  /** KiB of page cache. */
  readonly cacheKiB?: number
}

/** Opens a file that may be hostile: nothing in its schema is trusted or run on opening. */
export function openHostile(
  path: string,
  { cacheKiB = usualCacheKiB, heapLimit, immutable = false, readOnly, timeout = 0 }: ConnectionOptions,
): DatabaseSync {
  const url = pathToFileURL(path)
  if (immutable) url.searchParams.set('immutable', '1')
  const database = new DatabaseSync(url, {
    readOnly,
    timeout,
    allowExtension: false,
    enableForeignKeyConstraints: false,
    enableDoubleQuotedStringLiterals: false,
    defensive: true,
  })
  try {
    database.exec(`
      PRAGMA hard_heap_limit = ${heapLimit};
      PRAGMA trusted_schema = OFF;
      PRAGMA cell_size_check = ON;
      PRAGMA mmap_size = 0;
      PRAGMA temp_store = FILE;
      PRAGMA cache_size = -${cacheKiB};
    `)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** The first column of the first row of a query. @throws TypeError unless it is of the type wanted */
export function scalar(database: DatabaseSync, sql: string, type: 'number'): number
export function scalar(database: DatabaseSync, sql: string, type: 'string'): string
export function scalar(database: DatabaseSync, sql: string, type: 'number' | 'string'): number | string {
  const value = Object.values(database.prepare(sql).get() ?? {})[0]
  if ((type === 'number' && typeof value === 'number') || (type === 'string' && typeof value === 'string'))
    return value
  throw new TypeError(`${sql} gave ${typeof value} where ${type} was expected`)
}
