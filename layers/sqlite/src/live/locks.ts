import type { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import type { InPlaceStep } from '@hubkeeper/core'
import { untilUnlocked } from '../engine/locks.ts'

/** How long one try waits for the writer's lock, with nothing held, ms. */
const patience = 20
/** How long one try may hold writers out while readers keep it from committing, ms. */
export const insistence = 250
/** Writers poll for the lock, ever more seldom: the gap in which they find it grows with what was held. */
const gapPerLock = 1.5
const leastGap = 5
/** What came of one lock. */
export interface Held {
  /** Whether anything was written. */
  readonly wrote: boolean
  /** How long writers were held out, ms. */
  readonly duration: number
}

/** Takes the writer's lock of a live database for one short step after the other, and keeps the time. */
export interface LockKeeper {
  /** One transaction; `work` says whether it wrote. Afterwards writers get as long as they were held out. */
  transaction(name: string, work: () => boolean): Promise<Held>
  /** A statement that takes the writer's lock by itself and commits once. */
  statement(name: string, work: () => void): Promise<Held>
  /** Work that holds writers out, and writes nothing. */
  reading(name: string, work: () => Promise<unknown>): Promise<void>
  /** Reads, as soon as no lock is in the way. */
  look<T>(work: () => T): Promise<T>
  /** Notes that writers were held out since `begun`, a time of `performance.now()`; gives it, ms. */
  note(name: string, begun: number): number
  /** Says why a step was not done to its end. */
  leave(name: string, why: string): void
  steps(): InPlaceStep[]
  /** Commits of this connection so far. */
  commits(): number
}

/** @param lockTimeout how long each step waits for a lock that never clears, ms */
export function keepLocks(database: DatabaseSync, lockTimeout: number): LockKeeper {
  const steps = new Map<string, InPlaceStep>()
  let commits = 0
  let owed = 0

  const stepOf = (name: string): InPlaceStep =>
    steps.get(name) ?? { name, locks: 0, lockSeconds: 0, longestLockSeconds: 0, unfinished: null }

  function note(name: string, begun: number): number {
    const duration = performance.now() - begun
    const step = stepOf(name)
    steps.set(name, {
      ...step,
      locks: step.locks + 1,
      lockSeconds: step.lockSeconds + duration / 1000,
      longestLockSeconds: Math.max(step.longestLockSeconds, duration / 1000),
    })
    owed = Math.max(leastGap, duration * gapPerLock)
    return duration
  }

  /** One try after the other, each after the gap that writers are owed. */
  const trying = <T>(attempt: () => T | Promise<T>): Promise<T> =>
    untilUnlocked(lockTimeout, async () => {
      const gap = owed
      owed = 0
      if (gap > 0) await setTimeout(gap)
      return attempt()
    })

  return {
    transaction: (name, work) =>
      trying(() => {
        database.exec(`PRAGMA busy_timeout = ${patience}; BEGIN IMMEDIATE`)
        const begun = performance.now()
        try {
          const wrote = work()
          database.exec(`PRAGMA busy_timeout = ${insistence}; COMMIT`)
          if (wrote) commits += 1
          return { wrote, duration: note(name, begun) }
        } catch (error) {
          if (database.isTransaction) database.exec('ROLLBACK')
          note(name, begun)
          throw error
        }
      }),
    statement: (name, work) =>
      trying(() => {
        const begun = performance.now()
        try {
          work()
        } catch (error) {
          // A try that waited for readers to end held writers out, in vain.
          if (performance.now() - begun > leastGap) note(name, begun)
          throw error
        }
        commits += 1
        return { wrote: true, duration: note(name, begun) }
      }),
    reading: (name, work) =>
      trying(async () => {
        const begun = performance.now()
        await work()
        note(name, begun)
      }),
    look: (work) => untilUnlocked(lockTimeout, work),
    note,
    leave(name, why) {
      steps.set(name, { ...stepOf(name), unfinished: why })
    },
    steps: () => [...steps.values()],
    commits: () => commits,
  }
}
