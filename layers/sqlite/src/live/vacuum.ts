import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import * as z from 'zod'
import { readSchema } from '../digest/native-source.ts'
import { scalar } from '../engine/connection.ts'
import { renumberedByVacuum } from '../schema/rowids.ts'
import { growing, longEnough } from './division.ts'
import { insistence, type LockKeeper } from './locks.ts'

/** Frames that a checkpoint may still have to copy when it holds writers out: a moment's work. */
const fewFrames = 1000
const checkpointTries = 40
const checkpointPause = 50

const checkpoint = z.object({ busy: z.number(), log: z.number(), checkpointed: z.number() })

/** VACUUM in place: one lock for all of it, which in rollback mode holds readers out as well. */
export async function vacuum(
  database: DatabaseSync,
  journalMode: 'rollback' | 'wal',
  locks: LockKeeper,
): Promise<void> {
  // Since it was rehearsed, another table may have come, or an index gone.
  const renumbered = await locks.look(() => renumberedByVacuum(database, readSchema(database)))
  if (renumbered.length > 0) {
    return locks.leave('VACUUM', `it may number the rows anew of ${renumbered.join(', ')}`)
  }
  // In WAL mode only a writer can be in its way, and to wait for that holds nobody up.
  database.exec(`PRAGMA busy_timeout = ${journalMode === 'wal' ? 0 : insistence}`)
  await locks.statement('VACUUM', () => database.exec('VACUUM'))
}

/**
 * Brings what the log holds into the database, and cuts the log if it is to be cut; both as far as nobody
 * is held up by it: copying never is in a writer's way, and cutting is tried only when next to nothing is
 * left to copy.
 */
export async function emptyLog(database: DatabaseSync, locks: LockKeeper, cut: boolean): Promise<void> {
  database.exec('PRAGMA busy_timeout = 0')
  for (let attempt = 0; attempt < checkpointTries; attempt++) {
    const { checkpointed, log } = run(database, 'PASSIVE')
    if (!cut) return
    const begun = performance.now()
    if (log - checkpointed <= fewFrames && run(database, 'TRUNCATE').busy === 0) {
      locks.note('cutting the log', begun)
      return
    }
    await setTimeout(checkpointPause)
  }
}

const run = (database: DatabaseSync, mode: 'PASSIVE' | 'TRUNCATE') =>
  checkpoint.parse(database.prepare(`PRAGMA wal_checkpoint(${mode})`).get())

/** Gives free pages back, a few in each transaction. */
export async function freePages(
  database: DatabaseSync,
  locks: LockKeeper,
  { slice, until }: { readonly slice: number; readonly until: number },
): Promise<void> {
  const name = 'incremental vacuum'
  const pages = growing({ least: 16, most: 16_384 })
  const free = () => scalar(database, 'PRAGMA freelist_count', 'number')
  while ((await locks.look(free)) > 0) {
    if (Date.now() >= until) return locks.leave(name, longEnough)
    const count = pages.next()
    const { duration, wrote } = await locks.transaction(name, () => {
      const before = free()
      database.exec(`PRAGMA incremental_vacuum(${count})`)
      return free() < before
    })
    if (!wrote) return
    pages.took(duration, slice)
  }
}

/** Size of the log beside a database, bytes; 0 when there is none. */
export const logSize = (path: string): number => statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0
