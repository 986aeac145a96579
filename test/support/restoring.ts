import { join } from 'node:path'
import { type Access, type PortsOf, type Report, runTask, TaskFailedError } from '@hubkeeper/core'
import { chooseHub, loadConfig } from '../../cli/src/config.ts'
import { openEmbedded } from '../../cli/src/embedded.ts'
import { restoreBackup } from '../../functions/restore-backup/task.ts'
import { tasks } from '../../functions/tasks.ts'
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
  const configured = chooseHub(await loadConfig(join(directory, 'hubkeeper.json')), undefined)
  const embedded = openEmbedded(configured, { tasks })
  const { drivers } = embedded
  const request = {
    hub: configured.hub,
    input: { watch: 0, ...input },
    scheduledFor: null,
    at: null,
    dryRun: false,
    progress: { step: () => {} },
  }
  try {
    const outcome = await runTask(restoreBackup, request, {
      ...drivers,
      connect: (run) => async (access: Access) => {
        const ports = await drivers.connect(run)(access)
        return isRestoring(ports) ? { ...ports, ...meanwhile(ports) } : ports
      },
    })
    if (outcome.kind !== 'ran') throw new Error('it ran before')
    return outcome.report
  } catch (error) {
    if (error instanceof TaskFailedError) return error.report
    throw error
  } finally {
    await embedded.close()
  }
}
