import { gibibytes, minutes, type Outcome } from '@hubkeeper/core'
import { createEngine, type Engine } from '@hubkeeper/sqlite'
import type { ChildRun } from '../../layers/sqlite/src/engine/child.ts'
import { examine } from '../../layers/sqlite/src/engine/examine.ts'
import { compact, restore, rollBack, snapshot } from '../../layers/sqlite/src/engine/jobs.ts'
import type { Job } from '../../layers/sqlite/src/engine/protocol.ts'
import { maintain } from '../../layers/sqlite/src/live/maintain.ts'
import { rehearse } from '../../layers/sqlite/src/live/rehearse.ts'

/** Of the whole process: SQLite keeps one limit for all of its connections. */
const heapLimit = gibibytes(2)

/** Stands between a job and its being run. */
export type JobGate = (job: Job, run: () => Promise<ChildRun>) => Promise<ChildRun>

/** What a job that ended with `outcome` would have printed. */
export const said = (name: string, outcome: Outcome<unknown>): ChildRun => ({
  lines: [JSON.stringify({ name, outcome })],
  stopped: null,
  peakMemory: null,
})

/**
 * The engine’s own jobs without a process for each: for thousands of runs on tiny, friendly files. A lock
 * is not waited for, and what these runs do not ask for is refused.
 */
export function inProcessEngine(gate: JobGate = (_, run) => run()): Engine {
  const limits = { timeLimit: minutes(1), memoryLimit: heapLimit, lockTimeout: 0 }
  return createEngine(limits, ({ job }) => gate(job, () => perform(job)))
}

async function perform(job: Job): Promise<ChildRun> {
  switch (job.kind) {
    case 'examine': {
      const lines: string[] = []
      await examine(job, heapLimit, async (name, outcome) => {
        lines.push(JSON.stringify({ name, outcome }))
      })
      return { lines, stopped: null, peakMemory: null }
    }
    case 'snapshot':
      return said(job.kind, await snapshot(job, heapLimit))
    case 'restore':
      return said(job.kind, await restore(job, heapLimit))
    case 'compact':
      return said(job.kind, await compact(job, heapLimit))
    case 'rehearse':
      return said(job.kind, rehearse(job, heapLimit))
    case 'roll-back':
      return said(job.kind, rollBack(job, heapLimit))
    case 'maintain':
      return said(job.kind, await maintain(job, heapLimit))
    default:
      throw new Error(`${job.kind} is not run within this process`)
  }
}
