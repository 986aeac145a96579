import { runTask, type Task } from '@hubkeeper/core'
import { createScratch, type Engine } from '@hubkeeper/sqlite'
import { onTestFinished } from 'vitest'
import { withEmbedded } from '../../../cli/src/with-embedded.ts'
import { inProcessEngine } from '../../fakes/in-process-engine.ts'
import { configuredIn } from '../../support/configured.ts'
import { connectingTo, scratchIn } from '../../support/engine-of-ports.ts'
import { findingIn } from '../../support/findings.ts'
import type { HereResult } from '../../support/run-here.ts'

/**
 * Runs a task as the command does, on the hub's own drivers, with the engine's jobs within this process: for hubs
 * whose files are friendly.
 */
export async function runWithinProcess(
  directory: string,
  task: Task,
  input: Readonly<Record<string, unknown>> = {},
  engine: Engine = inProcessEngine(),
): Promise<HereResult> {
  const configured = await configuredIn(directory)
  const { hub } = configured
  return withEmbedded(configured, async (embedded) => {
    const scratch = await createScratch(scratchIn(configured))
    onTestFinished(() => scratch.dispose())
    const drivers = connectingTo(embedded, configured, { engine, scratch })
    const request = { hub, input, scheduledFor: null, at: null, dryRun: false, progress: { step: () => {} } }
    const outcome = await runTask(task, request, drivers)
    if (outcome.kind !== 'ran') throw new Error(`${task.name}: ${outcome.kind}`)
    return { report: outcome.report, finding: findingIn(outcome.report.findings) }
  })
}
