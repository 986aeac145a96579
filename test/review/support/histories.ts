import { type Figure, type Finding, figure, type Report, statusOf } from '@hubkeeper/core'
import type { History } from '@hubkeeper/review'
import { ulid } from 'ulid'

/** A report as a run leaves it. */
export interface RunMade {
  readonly task: string
  readonly at: Date
  readonly scheduledFor?: Date | null
  readonly seconds?: number
  readonly figures?: readonly Figure[]
  readonly findings?: readonly Finding[]
  readonly failed?: boolean
}

/** One of them. */
export function reportOf(made: RunMade): Report {
  const { at, failed = false, figures = [], findings = [], seconds = 10, task } = made
  const error = failed ? { code: 'io', message: 'it could not', hint: 'try again' } : null
  return {
    schema: 1,
    hub: 'hub',
    task,
    run: ulid(at.getTime()),
    scheduledFor:
      made.scheduledFor === undefined ? at.toISOString() : (made.scheduledFor?.toISOString() ?? null),
    startedAt: at.toISOString(),
    finishedAt: new Date(at.getTime() + seconds * 1000).toISOString(),
    status: statusOf(findings, error),
    findings: [...findings],
    figures: [...figures],
    artifacts: [],
    error,
  }
}

/** The history that runs left. */
export function historyOf(runs: readonly RunMade[], { from, to }: { from: Date; to: Date }): History {
  const reports = runs.map(reportOf).toSorted((a, b) => (a.run < b.run ? -1 : 1))
  return {
    from,
    to,
    reports: Map.groupBy(reports, ({ task }) => task),
    unreadable: new Map(),
    leftOut: new Map(),
    foreign: new Map(),
  }
}

/** The figures of a table as maintenance measures them. */
export const tableFigures = (name: string, rows: number, bytes: number): Figure[] => [
  figure('table.rows', rows, 'rows', name),
  figure('table.size', bytes, 'bytes', name),
]
