import { keys } from '../keys.ts'
import type { Claim } from '../ledger/ledger.ts'
import { alertsOf } from '../notify.ts'
import type { Alert, AlertSender } from '../ports/alerts.ts'
import type { Datapoint } from '../ports/metrics.ts'
import { absent, type ObjectStore } from '../ports/object-store.ts'
import { reportMarkdown } from '../render/markdown.ts'
import type { Report } from '../report.ts'
import type { Task } from '../task.ts'
import { keepAttachment, keyOfAttachment } from './attachments.ts'
import type { RunnerDrivers } from './drivers.ts'
import { attemptAll, type Execution } from './execution.ts'

/**
 * Persists the report, ends the claim, publishes and alerts. What fails here fails the run, for it
 * would otherwise be silent. A run that was overtaken alerts nobody: the other one does. One that
 * pretended another moment tells whoever made it, and nobody else: its ages are of no time.
 */
export async function settle(
  task: Task,
  execution: Execution,
  claim: Claim,
  drivers: RunnerDrivers,
): Promise<Execution> {
  return attemptAll(await withAttachments(task, execution, drivers.store), [
    ({ report }) => keepReport(report, drivers.store),
    async ({ report }) => {
      if (report.pretendedAt !== undefined) return
      await drivers.metrics.publish([...datapointsOf(report), durationOf(report)])
    },
    async ({ failure, known, report }) => {
      if (failure?.code === 'lease-lost' || report.pretendedAt !== undefined) return
      await sendAll(alertsOf(report, { critical: task.audience ?? 'on-call', known }), drivers.alerts)
    },
    ({ failure, report }) => claim.finish(failure === null ? 'succeeded' : 'failed', report.status),
  ])
}

/** Sends every alert, also past one that cannot be sent. @throws what the first of those threw */
async function sendAll(alerts: readonly Alert[], sender: AlertSender): Promise<void> {
  const sent = await Promise.allSettled(alerts.map((alert) => sender.send(alert)))
  const refused = sent.find(({ status }) => status === 'rejected')
  if (refused?.status === 'rejected') throw refused.reason
}

/**
 * Keeps the documents of a run. One that cannot be kept fails the run, and its report does not name it; it names
 * each by the key that it really got.
 */
async function withAttachments(task: Task, execution: Execution, store: ObjectStore): Promise<Execution> {
  const { run } = execution.report
  const keptAs = new Map<string, string | null>()
  const kept = await attemptAll(
    execution,
    execution.attachments.map((attachment) => async () => {
      const key = keyOfAttachment(attachment, task.name, run)
      keptAs.set(key, null)
      keptAs.set(key, await keepAttachment(attachment, task, run, store))
    }),
  )
  const artifacts = kept.report.artifacts.flatMap((artifact) => {
    const key = keptAs.get(artifact.key)
    if (key === undefined) return [artifact]
    return key === null ? [] : [{ ...artifact, key }]
  })
  return { ...kept, report: { ...kept.report, artifacts } }
}

/** Keeps a report, after what belongs to it. @throws HubkeeperError */
export async function persist(task: Task, execution: Execution, store: ObjectStore): Promise<void> {
  const { attachments, report } = execution
  for (const attachment of attachments) await keepAttachment(attachment, task, report.run, store)
  await keepReport(report, store)
}

/** Keeps a report as JSON and Markdown. */
async function keepReport(report: Report, store: ObjectStore): Promise<void> {
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
