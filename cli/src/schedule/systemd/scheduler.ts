import { HubkeeperError, ioError, messageOf } from '@hubkeeper/core'
import type { Machine } from '../machine.ts'
import type { Plan, Scheduler } from '../plan.ts'
import type { Target } from '../target.ts'
import { installedUnits, removeUnit, writeUnit } from './files.ts'
import { idleAmong, refuseUnreadable, systemctl } from './systemctl.ts'
import { calendarsOf, type Unit, unitsOf } from './units.ts'

const timersAmong = (units: readonly Unit[]): string[] =>
  units.map(({ name }) => name).filter((name) => name.endsWith('.timer'))

/** systemd, with a service and a timer for each cadence. */
export function systemdScheduler(target: Target, machine: Machine): Scheduler {
  const directory = machine.unitDirectory
  const where = `systemd timers in ${directory}`
  const plan = (changes: readonly string[], apply: () => Promise<void>): Plan => ({
    scheduler: 'systemd',
    where,
    changes,
    apply,
  })

  /** Puts `units` in the place of `before`; on a fault, `before` back in theirs. */
  async function exchange(before: readonly Unit[], units: readonly Unit[]): Promise<void> {
    const gone = before.filter(({ name }) => units.every((unit) => unit.name !== name))
    const fresh = units.filter(({ name, text }) =>
      before.every((unit) => unit.name !== name || unit.text !== text),
    )
    try {
      const leaving = timersAmong(gone)
      if (leaving.length > 0) await systemctl(machine, 'disable', '--now', ...leaving)
      for (const unit of fresh) await writeUnit(directory, unit)
      for (const { name } of gone) await removeUnit(directory, name)
      await systemctl(machine, 'daemon-reload')
      const timers = timersAmong(units)
      if (timers.length === 0) return
      await systemctl(machine, 'enable', '--now', ...timers)
      // A timer that already ran goes by its old times until it is started again.
      await systemctl(machine, 'restart', ...timers)
      await systemctl(machine, 'is-active', ...timers)
    } catch (error) {
      const problem = await putBack(before, units).then(() => null, messageOf)
      if (problem === null) throw ioError(error, directory, 'cannot change units in')
      throw new HubkeeperError(
        'io',
        `${messageOf(error)}; and what was there could not be put back: ${problem}`,
        { hint: `see what is in ${directory}, mend it, and run this again`, cause: error },
      )
    }
  }

  /** What would be done to files, and to timers that somebody stopped. */
  async function changesTo(before: readonly Unit[], units: readonly Unit[]): Promise<string[]> {
    const changes = changesBetween(directory, before, units)
    const kept = before.filter(({ name, text }) =>
      units.some((unit) => unit.name === name && unit.text === text),
    )
    const idle = await idleAmong(machine, timersAmong(kept))
    return [...changes, ...idle.map((name) => `start ${name}`)]
  }

  async function putBack(before: readonly Unit[], units: readonly Unit[]): Promise<void> {
    const timers = timersAmong(units)
    // What systemd never took in it cannot give up either.
    if (timers.length > 0) await systemctl(machine, 'disable', '--now', ...timers).catch(() => {})
    for (const { name } of units) await removeUnit(directory, name)
    for (const unit of before) await writeUnit(directory, unit)
    await systemctl(machine, 'daemon-reload')
    const old = timersAmong(before)
    if (old.length > 0) await systemctl(machine, 'enable', '--now', ...old)
  }

  return {
    async installed() {
      const found = await installedUnits(directory, target)
      if (found.length === 0) return null
      return {
        scheduler: 'systemd',
        where,
        current: (await changesTo(found, unitsOf(target))).length === 0,
      }
    },

    async planInstall() {
      await refuseUnreadable(target.entries.flatMap(calendarsOf))
      const before = await installedUnits(directory, target)
      const units = unitsOf(target)
      return plan(await changesTo(before, units), () => exchange(before, units))
    },

    async planUninstall() {
      const before = await installedUnits(directory, target)
      return plan(changesBetween(directory, before, []), () => exchange(before, []))
    },
  }
}

/** What would be done to files: those to write with their content. */
function changesBetween(directory: string, before: readonly Unit[], after: readonly Unit[]): string[] {
  const removed = before.filter(({ name }) => after.every((unit) => unit.name !== name))
  const written = after.flatMap(({ name, text }) => {
    const old = before.find((unit) => unit.name === name)
    if (old?.text === text) return []
    const lines = text.trimEnd().split('\n')
    return [
      `${old === undefined ? 'write' : 'replace'} ${directory}/${name}`,
      ...lines.map((line) => `  ${line}`),
      '',
    ]
  })
  return [...removed.map(({ name }) => `remove ${directory}/${name}`), ...written]
}
