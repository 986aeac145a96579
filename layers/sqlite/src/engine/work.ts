import { maintain } from '../live/maintain.ts'
import { rehearse } from '../live/rehearse.ts'
import { crossCheck } from './cross-check.ts'
import { examine } from './examine.ts'
import { guessStatements } from './guess-statements.ts'
import { compact, restore, rollBack, snapshot } from './jobs.ts'
import type { Assignment } from './protocol.ts'
import { planStatement, timeStatement } from './time-statements.ts'

/** Told of each result under its name, as soon as it is there. */
export type Emit = (name: string, outcome: unknown) => Promise<void>

/** Does a job in this process. */
export async function work({ heapLimit, job }: Assignment, emit: Emit): Promise<void> {
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
