import { join } from 'node:path'
import { grantsOf, restrictStore, runTask, type Task } from '@hubkeeper/core'
import { createScratch, custodyPorts } from '@hubkeeper/sqlite'
import { onTestFinished } from 'vitest'
import { withEmbedded } from '../../../cli/src/with-embedded.ts'
import { inProcessEngine } from '../../fakes/in-process-engine.ts'
import { configuredIn } from '../../support/configured.ts'
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
): Promise<HereResult> {
  const configured = await configuredIn(directory)
  const { hub, root } = configured
  return withEmbedded(configured, async ({ drivers, store }) => {
    const scratch = await createScratch(join(root, 'state/scratch'))
    onTestFinished(() => scratch.dispose())
    const { authority = 'server', path } = hub.database
    const connect: typeof drivers.connect = (run) => async (access) => ({
      ...(await drivers.connect(run)(access)),
      ...custodyPorts(access, {
        hub: hub.id,
        run: run.id,
        store: restrictStore(store, grantsOf(access, hub), run.task),
        engine: inProcessEngine(),
        scratch,
        database: { key: path, authority, path: join(root, path) },
        // The second engine needs a process of its own.
        crossCheckMaxBytes: 0,
        now: drivers.now,
        fence: run.fence,
      }),
    })
    const request = { hub, input, scheduledFor: null, at: null, dryRun: false, progress: { step: () => {} } }
    const outcome = await runTask(task, request, { ...drivers, connect })
    if (outcome.kind !== 'ran') throw new Error(`${task.name}: ${outcome.kind}`)
    return { report: outcome.report, finding: findingIn(outcome.report.findings) }
  })
}
