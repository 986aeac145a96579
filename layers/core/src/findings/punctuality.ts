import { finding } from '../finding.ts'
import type { Punctuality } from '../ledger/overdue.ts'
import type { Finding } from '../report.ts'

/** One finding per task that is overdue, or one that says that none is. */
export function punctualityFindings(all: readonly Punctuality[]): Finding[] {
  const scheduled = all.filter(({ dueAt }) => dueAt !== null)
  const late = scheduled.filter(({ overdue }) => overdue > 0)
  if (late.length === 0) {
    return [finding('tasks.overdue', 'ok', { actual: `${scheduled.length} tasks in time` })]
  }
  return late.map(({ task, overdue, dueAt, lastSuccess }) =>
    finding('tasks.overdue', 'critical', {
      subject: task,
      expected: `run at ${dueAt?.toISOString() ?? '–'}`,
      actual: Math.round(overdue / 1000),
      evidence: [
        lastSuccess === null ? 'it never succeeded' : `it last succeeded at ${lastSuccess.toISOString()}`,
      ],
    }),
  )
}
