import type { Outcome, RunTimes, StatementRuns } from '@hubkeeper/core'
import type { Job } from './protocol.ts'
import { countRows, withStatement } from './time-statements.ts'

type BenchmarkJob = Extract<Job, { kind: 'benchmark' }>

/** Of its time limit, what a statement may take to be run again. */
const shareToRepeat = 1 / 3

/** Runs a statement on a file at rest, each time on a new connection, then on one that has the pages it needs. */
export function benchmarkStatement(job: BenchmarkJob, heapLimit: number): Outcome<StatementRuns> {
  const { path, sql, timeLimit } = job
  const begun = performance.now()
  const share = timeLimit * shareToRepeat
  /** Whether another run is likely to end before the limit. */
  const fits = (until: number, last: number): boolean =>
    last < share && performance.now() - begun + last < until

  const cold: number[] = []
  let rows = 0
  const samples = job.cold ? job.samples : 1
  do {
    const run = withStatement(path, sql, heapLimit, ({ statement }) => timed(() => countRows(statement)))
    if (run.state !== 'done') return run
    rows = run.value.result
    cold.push(run.value.took)
    // The other half of the time is for runs with a warm cache.
  } while (cold.length < samples && fits(timeLimit / 2, cold.at(-1) ?? 0))
  const [first = 0] = cold
  if (!fits(timeLimit, 2 * first))
    return { state: 'done', value: runs(first, job.cold ? cold : [], [], rows) }

  const warm = withStatement(path, sql, heapLimit, ({ statement }) => {
    countRows(statement)
    const durations: number[] = []
    while (
      durations.length < job.samples &&
      fits(timeLimit * (1 - shareToRepeat / 2), durations.at(-1) ?? first)
    ) {
      durations.push(timed(() => countRows(statement)).took)
    }
    return durations
  })
  if (warm.state !== 'done') return warm
  return { state: 'done', value: runs(first, job.cold ? cold : [], warm.value, rows) }
}

/** What an action gave, and how long it took, ms. */
function timed<T>(action: () => T): { result: T; took: number } {
  const begun = performance.now()
  const result = action()
  return { result, took: performance.now() - begun }
}

const runs = (
  first: number,
  cold: readonly number[],
  warm: readonly number[],
  rows: number,
): StatementRuns => ({ first: first / 1000, cold: timesOf(cold), warm: timesOf(warm), rows })

/** @param durations ms */
function timesOf(durations: readonly number[]): RunTimes | null {
  if (durations.length === 0) return null
  const sorted = [...durations].sort((a, b) => a - b)
  const at = (share: number): number => (sorted[Math.ceil(sorted.length * share) - 1] ?? 0) / 1000
  return { samples: sorted.length, p50: at(0.5), p95: at(0.95) }
}
