import { keys } from '../keys.ts'
import type { Claim } from '../ledger/ledger.ts'
import { alertOf } from '../notify.ts'
import type { Datapoint } from '../ports/metrics.ts'
import { absent, type ObjectStore } from '../ports/object-store.ts'
import { reportMarkdown } from '../render/markdown.ts'
import type { Report } from '../report.ts'
import type { Task } from '../task.ts'
import type { RunnerDrivers } from './drivers.ts'
import { attemptAll, type Execution } from './execution.ts'

/**
 * Persists the report, ends the claim, publishes and alerts. What fails here fails the run, for it
 * would otherwise be silent. A run that was overtaken alerts nobody: the other one does.
 */
export async function settle(
  task: Task,
  execution: Execution,
  claim: Claim,
  drivers: RunnerDrivers,
): Promise<Execution> {
  return attemptAll(execution, [
    (current) => persist(current, drivers.store),
    ({ report }) => drivers.metrics.publish([...datapointsOf(report), durationOf(report)]),
    async ({ failure, known, report }) => {
      const alert = alertOf(report, { critical: task.audience ?? 'on-call', known })
      if (alert !== null && failure?.code !== 'lease-lost') await drivers.alerts.send(alert)
    },
    ({ failure, report }) => claim.finish(failure === null ? 'succeeded' : 'failed', report.status),
  ])
}

/** Keeps a report as JSON and Markdown, after what belongs to it: where a report is, all of it is. */
export async function persist(
  { attachments, report }: Pick<Execution, 'attachments' | 'report'>,
  store: ObjectStore,
): Promise<void> {
  const { task, run } = report
  for (const { name, text } of attachments) await store.put(keys.attachment(task, run, name), text, absent)
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
