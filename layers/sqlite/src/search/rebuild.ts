import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { Outcome } from '@hubkeeper/core'
import * as z from 'zod'
import { readSchema } from '../digest/native-source.ts'
import { openHostile, scalar } from '../engine/connection.ts'
import { failedWith, sniff } from '../engine/fault.ts'
import { isLocked } from '../engine/locks.ts'
import type { Job } from '../engine/protocol.ts'
import { fullTextIndexes, keepsIn, type SchemaObject } from '../schema/full-text.ts'
import { foldName, quoteName } from '../schema/quote.ts'

/**
 * Makes a full-text index anew from its content. In a transaction, one that fails leaves behind what it did until
 * then: roll that back.
 *
 * @throws what SQLite throws
 */
export function rebuild(database: DatabaseSync, index: string): void {
  const table = quoteName(index)
  const automerge = automergeOf(database, index)
  database.exec(`INSERT INTO ${table}(${table}) VALUES ('rebuild')`)
  if (automerge !== null) database.exec(`INSERT INTO ${table}(${table}) VALUES ('automerge=${automerge}')`)
}

/** The row in which FTS4 keeps how it was told to merge: it forgets that when it is made anew, as FTS5 does not. */
const automergeRow = 2

/** How FTS3 or FTS4 was told to merge; null for what it does by itself. */
function automergeOf(database: DatabaseSync, index: string): number | null {
  const schema = readSchema(database)
  const found = fullTextIndexes(schema).find(({ name }) => name === index)
  if (found === undefined || found.module === 'fts5' || !keepsIn(schema, index, 'stat')) return null
  const settings = quoteName(`${index}_stat`)
  const row = database.prepare(`SELECT value FROM ${settings} WHERE id = ?`).get(automergeRow)
  return typeof row?.value === 'number' ? row.value : null
}

/** Makes a full-text index anew, outside of any transaction; why it could not be, in words, when it is as it was. */
export function rebuildIndex(database: DatabaseSync, index: string): string | null {
  try {
    rebuild(database, index)
    return null
  } catch (error) {
    return whyFailed(error, index)
  }
}

/** Why an index could not be made anew, in words. @throws the error when that is not the index's fault */
export function whyFailed(error: unknown, index: string): string {
  if (isLocked(error)) throw error
  const failed = failedWith(error, index)
  // Memory and disk end all of the work.
  if (failed.state !== 'fault' || failed.fault.kind === 'no-space') throw error
  return failed.fault.message
}

/** What the step in a live database is called that makes an index anew. */
export const rebuildStep = (index: string): string => `rebuilding ${index}`

/** Why an index is never made anew, in words; null where it may be. */
export function whyNotRebuilt(schema: readonly SchemaObject[], index: string): string | null {
  const found = fullTextIndexes(schema).find(({ name }) => name === index)
  if (found === undefined) return `there is no full-text index ${index}`
  if (found.content === 'contentless') return 'it is contentless: what it has, it cannot make anew'
  const settings = foldName(`${index}_stat`)
  const isTaken =
    found.module === 'fts3' &&
    !keepsIn(schema, index, 'stat') &&
    schema.some(({ name, type }) => type === 'table' && foldName(name) === settings)
  // It clears whatever has the name of the table that it may keep its settings in.
  return isTaken ? `SQLite would take the table ${index}_stat for a part of it, and empty that` : null
}

/** How long an index would lock writers out while it is made anew. */
export interface RehearsedRebuild {
  readonly index: string
  /** Null where it cannot be made anew. */
  readonly lockSeconds: number | null
  /** What it wrote to the log, and by how much the file grew, bytes. */
  readonly diskBytes: number
  readonly refused: string | null
}

/** What SQLite writes to the log before each page, bytes (sqlite.org/fileformat2.html, "The WAL File Format"). */
const frameHeader = 24
const checkpointed = z.object({ log: z.number() })

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
        if (never !== null) return { index, lockSeconds: null, diskBytes: 0, refused: never }
        const size = statSync(path).size
        const begun = performance.now()
        const refused = rebuildIndex(database, index)
        // What went into the log is brought in later, and holds up whoever commits then.
        const { log } = checkpointed.parse(database.prepare('PRAGMA wal_checkpoint(PASSIVE)').get())
        const lockSeconds = refused === null ? (performance.now() - begun) / 1000 : null
        const logged = Math.max(0, log) * (frameHeader + scalar(database, 'PRAGMA page_size', 'number'))
        const grown = Math.max(0, statSync(path).size - size)
        return { index, lockSeconds, diskBytes: logged + grown, refused }
      }
      return { state: 'done', value: indexes.map(rehearse) }
    } finally {
      database.close()
    }
  } catch (error) {
    return failedWith(error, path)
  }
}
