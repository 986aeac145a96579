import { type HubConfig, mebibytes, minutes, seconds } from '@hubkeeper/core'
import { createEngine, type Engine } from './engine.ts'

/** The engine with the limits that a hub's configuration sets. `timeLeft`, ms, counts where it is less. */
export const engineFor = (
  { checkMemoryMiB, checkTimeoutMinutes, lockTimeoutSeconds }: HubConfig['database'],
  timeLeft = Number.POSITIVE_INFINITY,
): Engine =>
  createEngine({
    timeLimit: Math.min(minutes(checkTimeoutMinutes), timeLeft),
    memoryLimit: mebibytes(checkMemoryMiB),
    lockTimeout: seconds(lockTimeoutSeconds),
  })
