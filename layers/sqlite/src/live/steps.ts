import type { DatabaseSync } from 'node:sqlite'
import type { InPlaceRequest } from '@hubkeeper/core'
import { minutes } from '@hubkeeper/core/basics'
import { readSchema } from '../digest/native-source.ts'
import { analysisLimit, analysisPlan } from '../examine/statistics.ts'
import { type FullTextIndex, mergeableIndexes } from '../schema/full-text.ts'
import { rebuild, rebuildStep, whyFailed } from '../search/rebuild.ts'
import type { LockKeeper } from './locks.ts'
import { mergeIndex } from './merge.ts'
import { emptyLog, freePages, vacuum } from './vacuum.ts'

/** What one lock should take where the work can be divided, ms: a writer hardly notices it. */
const usualSlice = 50
/** Share of the budget that it may take at most. */
const largestShare = 0.25
/** What divisible work may take in one run, ms. */
const longestWork = minutes(2)

/** Everything that was asked for, in the order in which one step makes the next one lighter. */
export async function takeSteps(
  database: DatabaseSync,
  journalMode: 'rollback' | 'wal',
  request: InPlaceRequest,
  locks: LockKeeper,
): Promise<void> {
  const limits = {
    slice: Math.min(usualSlice, request.lockBudgetSeconds * 1000 * largestShare),
    until: Date.now() + longestWork,
  }
  const schema = await locks.look(() => readSchema(database))
  const rebuilt = await rebuildAll(database, mergeableIndexes(schema, request.rebuild ?? []), locks)
  // What was made anew may be in more than one segment again.
  const indexes = mergeableIndexes(schema, [...request.searchIndexes, ...rebuilt])
  for (const index of indexes) await mergeIndex(database, index, locks, limits)
  if (request.freePages) await freePages(database, locks, limits)
  if (request.vacuum) await vacuum(database, journalMode, locks)
  await analyse(database, request.analyze, locks)
  // Both put as much into the log as they write anew.
  const isLarge = request.vacuum || rebuilt.length > 0
  if (journalMode === 'wal') await emptyLog(database, locks, isLarge)
}

/** One index at a time, each under one lock; gives those that are new. */
async function rebuildAll(
  database: DatabaseSync,
  indexes: readonly FullTextIndex[],
  locks: LockKeeper,
): Promise<string[]> {
  const rebuilt: string[] = []
  for (const { name } of indexes) {
    const step = rebuildStep(name)
    try {
      // What fails is rolled back: half of an index is none.
      await locks.transaction(step, () => {
        rebuild(database, name)
        return true
      })
      rebuilt.push(name)
    } catch (error) {
      locks.leave(step, whyFailed(error, name))
    }
  }
  return rebuilt
}

/** One table at a time; all rows of it where a full ANALYZE was asked for. */
async function analyse(database: DatabaseSync, full: boolean, locks: LockKeeper): Promise<void> {
  database.exec(`PRAGMA analysis_limit = ${full ? 0 : analysisLimit}`)
  for (const statement of await locks.look(() => analysisPlan(database, full))) {
    await locks.transaction(statement, () => {
      database.exec(statement)
      return true
    })
  }
}
