import { HubkeeperError } from '@hubkeeper/core'
import { tasks } from '../../../functions/tasks.ts'
import type { LoadedConfig } from '../config.ts'
import { findInstalled } from '../schedule/choose.ts'
import { describeNext } from '../schedule/entries.ts'
import { type Machine, thisMachine } from '../schedule/machine.ts'
import { targetOf } from '../schedule/target.ts'
import { doubtsAbout } from '../schedule/warnings.ts'
import { watcherOf } from '../schedule/watch/lock.ts'
import { type DoctorCheck, fine, trouble } from './check.ts'

const name = 'schedule'

/** Whether something runs what is due, and still as this version would have it. */
export async function checkSchedule(
  loaded: LoadedConfig,
  machine: Machine = thisMachine(),
): Promise<DoctorCheck> {
  try {
    const target = targetOf(loaded, tasks)
    const installed = await findInstalled(target, machine)
    const stale = installed.find(({ current }) => !current)
    if (stale !== undefined) {
      return trouble(
        name,
        'warning',
        `${stale.where}: not as it would be installed now, or stopped`,
        'hubkeeper schedule install',
      )
    }
    const watcher = watcherOf(target.hubs)
    const places = [
      ...installed.map(({ where }) => where),
      ...(watcher === null ? [] : [`hubkeeper watch by ${watcher}`]),
    ]
    const doubts = installed.map(({ scheduler }) => doubtsAbout(scheduler, machine))
    if (watcher === null && doubts.length > 0 && doubts.every((sentences) => sentences.length > 0)) {
      return trouble(
        name,
        'warning',
        `${places.join(', ')}; but ${doubts.flat().join(', and ')}`,
        'see to that, or install elsewhere: hubkeeper schedule install --crontab or --systemd',
      )
    }
    if (places.length > 0)
      return fine(name, `${places.join(', ')}; ${describeNext(target.entries, new Date())}`)
    return trouble(
      name,
      'warning',
      'nothing runs what is due',
      'hubkeeper schedule install; in a container, keep hubkeeper watch running',
    )
  } catch (error) {
    if (!(error instanceof HubkeeperError)) throw error
    return trouble(name, 'unknown', error.message, error.hint)
  }
}
