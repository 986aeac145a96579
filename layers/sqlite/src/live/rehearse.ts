import type { DatabaseSync } from 'node:sqlite'
import type { Outcome } from '@hubkeeper/core'
import { readSchema } from '../digest/native-source.ts'
import { openHostile, scalar } from '../engine/connection.ts'
import { failedWith } from '../engine/fault.ts'
import type { Job } from '../engine/protocol.ts'
import { renumberedByVacuum } from '../schema/rowids.ts'

/** What VACUUM did with a copy. */
export interface Rehearsed {
  readonly bytes: number
  readonly lockSeconds: number
  readonly renumbers: string[]
}

/**
 * Does with a copy what VACUUM in place would do with the database: same content, same journal mode, same
 * machine. Nothing else tells how long it takes.
 */
export function rehearse(
  { path }: Extract<Job, { kind: 'rehearse' }>,
  heapLimit: number,
): Outcome<Rehearsed> {
  let database: DatabaseSync | null = null
  try {
    database = openHostile(path, { readOnly: false, heapLimit })
    database.exec('PRAGMA wal_autocheckpoint = 0')
    const renumbers = renumberedByVacuum(database, readSchema(database))
    const begun = performance.now()
    database.exec('VACUUM')
    // In WAL mode all of it goes into the log first; bringing it in holds up whoever commits then.
    database.exec('PRAGMA wal_checkpoint(PASSIVE)')
    const lockSeconds = (performance.now() - begun) / 1000
    const bytes =
      scalar(database, 'PRAGMA page_count', 'number') * scalar(database, 'PRAGMA page_size', 'number')
    return { state: 'done', value: { bytes, lockSeconds, renumbers } }
  } catch (error) {
    return failedWith(error, path)
  } finally {
    database?.close()
  }
}
