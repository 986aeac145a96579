import { HubkeeperError } from '@hubkeeper/core'
import { hasCrontab } from './crontab/crontab.ts'
import { crontabScheduler } from './crontab/scheduler.ts'
import type { Machine } from './machine.ts'
import type { Installed, Scheduler, SchedulerName } from './plan.ts'
import { systemdScheduler } from './systemd/scheduler.ts'
import { systemdRuns } from './systemd/systemctl.ts'
import type { Target } from './target.ts'

/** Both schedulers of this machine, whether they are there or not. */
export const schedulersOf = (target: Target, machine: Machine): Record<SchedulerName, Scheduler> => ({
  crontab: crontabScheduler(target, machine),
  systemd: systemdScheduler(target, machine),
})

/** Everywhere that something is installed. @throws HubkeeperError when that cannot be told */
export async function findInstalled(target: Target, machine: Machine): Promise<Installed[]> {
  const { crontab, systemd } = schedulersOf(target, machine)
  const found = [await crontab.installed(), await systemd.installed()]
  return found.filter((installed) => installed !== null)
}

/**
 * The scheduler to install in: systemd where it runs, else the crontab. A user's own timers stop when that
 * user logs out, unless systemd was told to let them linger: then a crontab is the better place.
 *
 * @throws HubkeeperError `not-available` when there is none, or not the one that is wanted
 */
export async function chooseScheduler(
  machine: Machine,
  wanted: SchedulerName | null,
): Promise<SchedulerName> {
  if (wanted === 'crontab') return wanted
  const runs = await systemdRuns(machine)
  if (wanted === 'systemd') {
    if (runs) return wanted
    throw new HubkeeperError('not-available', `no systemd runs here that takes units of ${machine.user}`, {
      hint: 'install with --crontab, or keep hubkeeper watch running, as in a container',
    })
  }
  if (runs && machine.lingers) return 'systemd'
  if (await hasCrontab()) return 'crontab'
  if (runs) return 'systemd'
  throw new HubkeeperError('not-available', 'neither systemd nor a crontab is here', {
    hint: 'keep hubkeeper watch running, as in a container',
  })
}
