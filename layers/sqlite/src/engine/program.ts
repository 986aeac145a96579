// What the child process runs: one job from standard input, one line per result on standard output.
import { createInterface } from 'node:readline'
import { setImmediate } from 'node:timers/promises'
import { maintain } from '../live/maintain.ts'
import { rehearse } from '../live/rehearse.ts'
import { crossCheck } from './cross-check.ts'
import { examine } from './examine.ts'
import { guessStatements } from './guess-statements.ts'
import { compact, restore, rollBack, snapshot } from './jobs.ts'
import type { Assignment } from './protocol.ts'
import { planStatement, timeStatement } from './time-statements.ts'

async function emit(name: string, outcome: unknown): Promise<void> {
  process.stdout.write(`${JSON.stringify({ name, outcome })}\n`)
  // Lets the end of standard input be noticed: then whoever asked is gone.
  await setImmediate()
}

async function work({ heapLimit, job }: Assignment): Promise<void> {
  switch (job.kind) {
    case 'examine':
      return examine(job, heapLimit, emit)
    case 'snapshot':
      return emit(job.kind, await snapshot(job, heapLimit))
    case 'restore':
      return emit(job.kind, await restore(job, heapLimit))
    case 'compact':
      return emit(job.kind, await compact(job, heapLimit))
    case 'rehearse':
      return emit(job.kind, rehearse(job, heapLimit))
    case 'roll-back':
      return emit(job.kind, rollBack(job, heapLimit))
    case 'maintain':
      return emit(job.kind, await maintain(job, heapLimit))
    case 'cross-check':
      return emit(job.kind, await crossCheck(job.path))
    case 'time':
      // First, so that it is known of one that does not end as well.
      await emit('plan', planStatement(job, heapLimit))
      return emit(job.kind, timeStatement(job, heapLimit))
    case 'guess':
      return emit(job.kind, guessStatements(job.path, heapLimit))
  }
}

const lines = createInterface({ input: process.stdin })
lines.once('line', (line) => {
  // The line comes from our own parent, which made it of an Assignment.
  const assignment: Assignment = JSON.parse(line)
  work(assignment).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
      process.exit(70)
    },
  )
})
lines.once('close', () => process.exit(71))
