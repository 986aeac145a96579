import { alertOf } from '../notify.ts'
import type { Task } from '../task.ts'
import type { RunnerDrivers, RunRequest } from './drivers.ts'
import { attemptAll, type Execution, execute } from './execution.ts'
import { datapointsOf, persist } from './settle.ts'

/**
 * A task that runs all the time changes nothing, so it claims nothing; it keeps a report, and alerts,
 * only when it has something new to say. Its figures are published every time. One that pretends another
 * moment tells whoever made it, and nobody else.
 */
export async function runContinuous(
  task: Task,
  request: RunRequest,
  run: string,
  drivers: RunnerDrivers,
): Promise<Execution> {
  const execution = await execute(task, request, run, drivers, async () => {})
  if (execution.report.pretendedAt !== undefined) return execution
  return attemptAll(execution, [
    ({ report }) => drivers.metrics.publish(datapointsOf(report)),
    (current) => tellNews(task, current, drivers),
  ])
}

async function tellNews(
  task: Task,
  execution: Execution,
  { alerts, ledger, store }: RunnerDrivers,
): Promise<void> {
  const { report } = execution
  const alert = alertOf(report)
  const last = await ledger.verdict(report.task)
  const trouble = alert?.deduplicationKey ?? null
  if (last !== null && last.verdict.trouble === trouble && last.verdict.status === report.status) return
  await persist(task, execution, store)
  if (alert !== null) await alerts.send(alert)
  const { run, startedAt, status } = report
  // Noted last: what was not told is told again. Who noted something meanwhile told it as well.
  await ledger.noteVerdict(report.task, { status, trouble, run, since: startedAt }, last?.revision ?? null)
}
