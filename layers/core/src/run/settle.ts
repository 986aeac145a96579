import { keys } from '../keys.ts'
import type { Claim } from '../ledger/ledger.ts'
import { alertOf } from '../notify.ts'
import type { Datapoint } from '../ports/metrics.ts'
import { absent, type ObjectStore } from '../ports/object-store.ts'
import { reportMarkdown } from '../render/markdown.ts'
import type { Report } from '../report.ts'
import type { RunnerDrivers } from './drivers.ts'
import { attemptAll, type Execution } from './execution.ts'

/**
 * Persists the report, ends the claim, publishes and alerts. What fails here fails the run, for it
 * would otherwise be silent. A run that was overtaken alerts nobody: the other one does.
 */
export async function settle(execution: Execution, claim: Claim, drivers: RunnerDrivers): Promise<Execution> {
  return attemptAll(execution, [
    ({ report }) => persist(report, drivers.store),
    ({ report }) => drivers.metrics.publish([...datapointsOf(report), durationOf(report)]),
    async ({ failure, report }) => {
      const alert = alertOf(report)
      if (alert !== null && failure?.code !== 'lease-lost') await drivers.alerts.send(alert)
    },
    ({ failure, report }) => claim.finish(failure === null ? 'succeeded' : 'failed', report.status),
  ])
}

/** Keeps a report as JSON and Markdown. */
export async function persist(report: Report, store: ObjectStore): Promise<void> {
  const { task, run } = report
  await store.put(keys.report(task, run, 'json'), `${JSON.stringify(report, null, 2)}\n`, absent)
  await store.put(keys.report(task, run, 'md'), reportMarkdown(report), absent)
}

/** Every figure of a report. */
export function datapointsOf(report: Report): Datapoint[] {
  const at = new Date(report.finishedAt)
  return report.figures.map((figure) => ({ hub: report.hub, ...figure, at }))
}

/** How long a run took. */
export function durationOf({ finishedAt, hub, startedAt, task }: Report): Datapoint {
  const at = new Date(finishedAt)
  const value = (at.getTime() - new Date(startedAt).getTime()) / 1000
  return { hub, name: 'task.duration', subject: task, value, unit: 'seconds', at }
}
