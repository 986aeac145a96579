import { mebibytes, minutes } from '@hubkeeper/core'
import { createEngine, type Engine, type EngineLimits } from '@hubkeeper/sqlite'

/** An engine with generous limits, or others. */
export const testEngine = (limits: Partial<EngineLimits> = {}): Engine =>
  createEngine({ timeLimit: minutes(2), memoryLimit: mebibytes(512), lockTimeout: 300, ...limits })
