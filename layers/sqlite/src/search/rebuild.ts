import type { DatabaseSync } from 'node:sqlite'
import type { Outcome } from '@hubkeeper/core'
import { readSchema } from '../digest/native-source.ts'
import { openHostile } from '../engine/connection.ts'
import { failedWith, sniff } from '../engine/fault.ts'
import { isLocked } from '../engine/locks.ts'
import type { Job } from '../engine/protocol.ts'
import { fullTextIndexes, type SchemaObject } from '../schema/full-text.ts'
import { quoteName } from '../schema/quote.ts'

/** Makes a full-text index anew from its content, in the transaction there is. @throws what SQLite throws */
export function rebuild(database: DatabaseSync, index: string): void {
  const table = quoteName(index)
  database.exec(`INSERT INTO ${table}(${table}) VALUES ('rebuild')`)
}

/** Makes a full-text index anew; why it could not be, in words, when it is as it was. @throws when a lock is in the way */
export function rebuildIndex(database: DatabaseSync, index: string): string | null {
  try {
    rebuild(database, index)
    return null
  } catch (error) {
    if (isLocked(error)) throw error
    const failed = failedWith(error, index)
    // Memory and disk are not the index's fault: they end all of the work.
    if (failed.state !== 'fault' || failed.fault.kind === 'no-space') throw error
    return failed.fault.message
  }
}

/** What the step in a live database is called that makes an index anew. */
export const rebuildStep = (index: string): string => `rebuilding ${index}`

/** Why an index is never made anew, in words; null where it may be. */
export function whyNotRebuilt(schema: readonly SchemaObject[], index: string): string | null {
  const found = fullTextIndexes(schema).find(({ name }) => name === index)
  if (found === undefined) return `there is no full-text index ${index}`
  return found.content === 'contentless' ? 'it is contentless: what it has, it cannot make anew' : null
}

/** How long an index would lock writers out while it is made anew. */
export interface RehearsedRebuild {
  readonly index: string
  /** Null where it cannot be made anew. */
  readonly lockSeconds: number | null
  readonly refused: string | null
}

/** Does with a copy what rebuilding in place would do, index after index; the copy is changed. */
export function rehearseRebuild(
  { indexes, path }: Extract<Job, { kind: 'rehearse-rebuild' }>,
  heapLimit: number,
): Outcome<RehearsedRebuild[]> {
  const fault = sniff(path)
  if (fault !== null) return { state: 'fault', fault }
  try {
    const database = openHostile(path, { readOnly: false, heapLimit })
    try {
      database.exec('PRAGMA wal_autocheckpoint = 0')
      const schema = readSchema(database)
      const rehearse = (index: string): RehearsedRebuild => {
        const never = whyNotRebuilt(schema, index)
        if (never !== null) return { index, lockSeconds: null, refused: never }
        const begun = performance.now()
        const refused = rebuildIndex(database, index)
        // What went into the log is brought in later, and holds up whoever commits then.
        database.exec('PRAGMA wal_checkpoint(PASSIVE)')
        return { index, lockSeconds: refused === null ? (performance.now() - begun) / 1000 : null, refused }
      }
      return { state: 'done', value: indexes.map(rehearse) }
    } finally {
      database.close()
    }
  } catch (error) {
    return failedWith(error, path)
  }
}
