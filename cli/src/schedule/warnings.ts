import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from './machine.ts'
import type { Installed, SchedulerName } from './plan.ts'
import type { Target } from './target.ts'

/** What a person should know before a schedule is installed, a sentence each. */
export function warningsOf(
  target: Target,
  machine: Machine,
  scheduler: SchedulerName,
  installed: readonly Installed[],
): string[] {
  const elsewhere = installed.filter((other) => other.scheduler !== scheduler)
  return [
    ...target.hubs.flatMap(({ hub, root }) => {
      const owner = statSync(join(root, hub.database.path), { throwIfNoEntry: false })?.uid ?? null
      if (owner === null || machine.uid === null || owner === machine.uid) return []
      return [
        `the database of ${hub.id} belongs to user ${owner}, and this would run as ${machine.user}: files made beside it could lock its server out. Install as user ${owner}`,
      ]
    }),
    ...doubtsAbout(scheduler, machine),
    ...elsewhere.map(
      ({ scheduler: other, where }) =>
        `it is also installed in the ${where}; nothing runs twice, but one is enough: hubkeeper schedule uninstall --${other}`,
    ),
  ]
}

/** Why a scheduler may wake nobody although the schedule is installed there, a sentence each. */
export function doubtsAbout(scheduler: SchedulerName, machine: Machine): string[] {
  if (scheduler === 'systemd' && !machine.lingers) {
    return [
      `timers of ${machine.user} stop when ${machine.user} logs out, unless you run: loginctl enable-linger ${machine.user}`,
    ]
  }
  if (scheduler === 'crontab' && machine.cronRuns === false) {
    return ['no cron seems to run on this machine: a crontab alone wakes nobody']
  }
  return []
}
