import { type Access, type PortsOf, type Report, runTask } from '@hubkeeper/core'
import { reportOf } from '../../cli/src/execute.ts'
import { withEmbedded } from '../../cli/src/with-embedded.ts'
import { restoreBackup } from '../../functions/restore-backup/task.ts'
import { configuredIn } from './configured.ts'
import type { TestHub } from './hub.ts'

type RestorePorts = PortsOf<{ database: 'restore'; files: 'restore' }>

/** Something that happens in the middle of a restore: its own ports in place of the hub's. */
export type Meanwhile = (ports: RestorePorts) => Partial<RestorePorts>

const isRestoring = (ports: object): ports is RestorePorts => 'database' in ports && 'files' in ports

/** Runs a restore in this process on the hub's own drivers, some of them watched; gives its report. */
export async function restoreWith(
  { directory }: TestHub,
  input: Readonly<Record<string, unknown>>,
  meanwhile: Meanwhile,
): Promise<Report> {
  const configured = await configuredIn(directory)
  const request = {
    hub: configured.hub,
    input: { watch: 0, ...input },
    scheduledFor: null,
    at: null,
    dryRun: false,
    progress: { step: () => {} },
  }
  return withEmbedded(configured, async ({ drivers }) => {
    const connect: typeof drivers.connect = (run) => async (access: Access) => {
      const ports = await drivers.connect(run)(access)
      return isRestoring(ports) ? { ...ports, ...meanwhile(ports) } : ports
    }
    const outcome = await reportOf(() => runTask(restoreBackup, request, { ...drivers, connect }))
    if (outcome.kind !== 'ran') throw new Error('it ran before')
    return outcome.report
  })
}
