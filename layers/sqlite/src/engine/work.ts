import { compareFiles } from '../compare/files.ts'
import { guessContent } from '../content/guess.ts'
import { profile } from '../content/profile.ts'
import { plant } from '../drill/plant.ts'
import { maintain } from '../live/maintain.ts'
import { rehearse } from '../live/rehearse.ts'
import { compareSearch } from '../search/compare.ts'
import { measureSearch } from '../search/measure.ts'
import { rehearseRebuild } from '../search/rebuild.ts'
import { readAnalysis } from './analysis.ts'
import { benchmarkStatement } from './benchmark.ts'
import { crossCheck } from './cross-check.ts'
import { examine } from './examine.ts'
import { guessStatements } from './guess-statements.ts'
import { compact, restore, rollBack, snapshot } from './jobs.ts'
import { planOf } from './plan.ts'
import { type Assignment, type Line, progressName } from './protocol.ts'
import { readRows } from './read-rows.ts'
import { planStatement, timeStatement } from './time-statements.ts'

type Emit = (name: string, outcome: unknown) => Promise<void>

/** Does a job in this process; `tell` is given each result as soon as it is there. */
export async function work(assignment: Assignment, tell: (line: Line) => Promise<void>): Promise<void> {
  let began = performance.now()
  await perform(assignment, async (name, outcome) => {
    await tell({ name, outcome, seconds: (performance.now() - began) / 1000 })
    began = performance.now()
  })
}

async function perform({ heapLimit, job }: Assignment, emit: Emit): Promise<void> {
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
    case 'compare':
      return emit(job.kind, compareFiles(job, heapLimit))
    case 'time':
      // First, so that it is known of one that does not end as well.
      await emit('plan', planStatement(job, heapLimit))
      return emit(job.kind, timeStatement(job, heapLimit))
    case 'guess':
      return emit(job.kind, guessStatements(job.path, heapLimit))
    case 'rows':
      return emit(job.kind, readRows(job.path, job.tables, job.maxRows, heapLimit))
    case 'benchmark':
      // First, so that it is known of one that does not end as well.
      await emit('benchmark-plan', planOf(job, heapLimit))
      return emit(job.kind, benchmarkStatement(job, heapLimit))
    case 'analysis':
      return emit(job.kind, readAnalysis(job.path, heapLimit))
    case 'guess-content':
      return emit(job.kind, guessContent(job.path, heapLimit))
    case 'profile':
      return emit(job.kind, await profile(job, heapLimit, (rows, of) => emit(progressName, { rows, of })))
    case 'compare-search':
      return emit(job.kind, compareSearch(job, heapLimit))
    case 'measure-search':
      return emit(job.kind, measureSearch(job, heapLimit))
    case 'rehearse-rebuild':
      return emit(job.kind, rehearseRebuild(job, heapLimit))
    case 'plant':
      return emit(job.kind, plant(job, heapLimit))
  }
}
