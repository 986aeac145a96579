import type { DatabaseSync } from 'node:sqlite'
import type { Outcome } from '@hubkeeper/core'
import { openHostile } from './connection.ts'
import { failedWith, sniff } from './fault.ts'

/** How much a look may take. */
export interface LookLimits {
  /** SQLite's heap, bytes. */
  readonly heapLimit: number
  /** KiB of page cache. */
  readonly cacheKiB?: number
}

/** Looks at a file that nobody writes; what is wrong with it is an outcome. */
export function lookAtRest<T>(
  path: string,
  limits: LookLimits,
  look: (database: DatabaseSync) => T,
): Outcome<T> {
  const fault = sniff(path)
  if (fault !== null) return { state: 'fault', fault }
  try {
    const database = openHostile(path, { readOnly: true, immutable: true, ...limits })
    try {
      return { state: 'done', value: look(database) }
    } finally {
      database.close()
    }
  } catch (error) {
    return failedWith(error, path)
  }
}
