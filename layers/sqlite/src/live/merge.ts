import type { DatabaseSync } from 'node:sqlite'
import { scalar } from '../engine/connection.ts'
import { failedWith } from '../engine/fault.ts'
import { isLocked } from '../engine/locks.ts'
import type { FullTextIndex } from '../schema/full-text.ts'
import { quoteName } from '../schema/quote.ts'
import { growing, longEnough } from './division.ts'
import type { LockKeeper } from './locks.ts'

/** What SQLite's documentation counts as no work done: the command itself is one change. */
const leastChanges = 2

/**
 * Merges the segments of a full-text index, a few pages in each transaction.
 *
 * @param slice how long one lock should take, ms
 * @param until when to leave the rest for another time, ms since the epoch
 */
export async function mergeIndex(
  database: DatabaseSync,
  index: FullTextIndex,
  locks: LockKeeper,
  { slice, until }: { readonly slice: number; readonly until: number },
): Promise<void> {
  const name = `merging ${index.name}`
  const pages = growing({ least: 4, most: 4096 })
  let first = true
  try {
    // A hub that never stops writing makes new segments all the time: what there was is merged.
    let left = 2 * (await locks.look(() => pagesOf(database, index)))
    for (;;) {
      const count = pages.next()
      const command = commandFor(index, count, first)
      const { duration, wrote } = await locks.transaction(name, () => {
        const before = changes(database)
        database.exec(command)
        return changes(database) - before >= leastChanges
      })
      if (!wrote) return
      first = false
      left -= count
      pages.took(duration, slice)
      if (left <= 0) return
      if (Date.now() >= until) return locks.leave(name, longEnough)
    }
  } catch (error) {
    if (isLocked(error)) throw error
    const failed = failedWith(error, index.name)
    // Without its tokenizer an index cannot be opened; everything else can still be done.
    if (failed.state !== 'fault' || failed.fault.kind !== 'needs-extension') throw error
    locks.leave(name, failed.fault.message)
  }
}

const changes = (database: DatabaseSync): number => scalar(database, 'SELECT total_changes()', 'number')

/** Pages, or blocks, that the index is kept in. */
function pagesOf(database: DatabaseSync, { module, name }: FullTextIndex): number {
  const table = quoteName(`${name}_${module === 'fts5' ? 'data' : 'segments'}`)
  return scalar(database, `SELECT count(*) FROM ${table}`, 'number') + 16
}

/** A negative number tells FTS5 to put all segments on one level first, so that all of them are merged. */
function commandFor({ module, name }: FullTextIndex, pages: number, first: boolean): string {
  const table = quoteName(name)
  return module === 'fts5'
    ? `INSERT INTO ${table}(${table}, rank) VALUES ('merge', ${first ? -pages : pages})`
    : `INSERT INTO ${table}(${table}) VALUES ('merge=${pages},2')`
}
