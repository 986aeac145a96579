import { gibibytes, minutes, type Outcome } from '@hubkeeper/core'
import { createEngine, type Engine } from '@hubkeeper/sqlite'
import type { ChildRun } from '../../layers/sqlite/src/engine/child.ts'
import type { Job } from '../../layers/sqlite/src/engine/protocol.ts'
import { work } from '../../layers/sqlite/src/engine/work.ts'

/** Of the whole process: SQLite keeps one limit for all of its connections. */
const heapLimit = gibibytes(2)

/** Stands between a job and its being run. */
export type JobGate = (job: Job, run: () => Promise<ChildRun>) => Promise<ChildRun>

/** What a job that ended with `outcome` would have printed. */
export const said = (name: string, outcome: Outcome<unknown>): ChildRun => ({
  lines: [JSON.stringify({ name, outcome, seconds: 0 })],
  stopped: null,
  peakMemory: null,
})

/**
 * The engine’s own jobs without a process for each: for thousands of runs on tiny, friendly files. A lock
 * is not waited for, and nothing is ended at a limit.
 */
export function inProcessEngine(gate: JobGate = (_, run) => run()): Engine {
  const limits = { timeLimit: minutes(1), memoryLimit: heapLimit, lockTimeout: 0 }
  return createEngine(limits, ({ job }) => gate(job, () => perform(job)))
}

async function perform(job: Job): Promise<ChildRun> {
  // The second engine grows by what it reads, and gives nothing back.
  if (job.kind === 'cross-check') throw new Error(`${job.kind} is not run within this process`)
  const lines: string[] = []
  await work({ job, heapLimit }, async (line) => {
    lines.push(JSON.stringify(line))
  })
  return { lines, stopped: null, peakMemory: null }
}
