import { setTimeout } from 'node:timers/promises'
import type { Outcome } from '@hubkeeper/core'
import { failedWith } from './fault.ts'

/** Between two tries for a lock, ms. */
const retryPause = 2

/** A lock of another connection is in the way; with SQLite's code for that. */
export class LockedError extends Error {
  override readonly name = 'LockedError'
  /** SQLITE_BUSY. */
  readonly errcode = 5

  constructor() {
    super('database is locked')
  }
}

/** Whether an error says that another connection holds a lock. */
export function isLocked(error: unknown): boolean {
  const failed = failedWith(error, '')
  return failed.state === 'fault' && failed.fault.kind === 'locked'
}

/**
 * Repeats what a lock of another connection refused, until `timeout` ms have passed.
 *
 * @throws what the last try threw
 */
export async function untilUnlocked<T>(timeout: number, attempt: () => T | Promise<T>): Promise<T> {
  const deadline = Date.now() + timeout
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!isLocked(error) || Date.now() >= deadline) throw error
    }
    await setTimeout(retryPause)
  }
}

/** An error as an outcome; of a lock, with how long it was waited for. */
export function failedAfter(error: unknown, path: string, timeout: number): Outcome<never> {
  const failed = failedWith(error, path)
  if (failed.state !== 'fault' || failed.fault.kind !== 'locked') return failed
  const message = `${failed.fault.message}, for ${timeout / 1000} s`
  return { state: 'fault', fault: { ...failed.fault, message } }
}

/** Like {@link untilUnlocked}, as an outcome. */
export async function whileLocked<T>(
  timeout: number,
  path: string,
  attempt: () => Promise<T>,
): Promise<Outcome<T>> {
  try {
    return { state: 'done', value: await untilUnlocked(timeout, attempt) }
  } catch (error) {
    return failedAfter(error, path, timeout)
  }
}
