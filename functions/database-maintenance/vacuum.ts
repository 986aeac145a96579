import {
  type Examination,
  formatBytes,
  formatDuration,
  type Outcome,
  reasonOf,
  type Snapshot,
  seconds,
  type VacuumRehearsal,
} from '@hubkeeper/core'
import type { MaintenanceContext, MaintenanceInput } from './context.ts'
import { nothingToGain, worthwhileShare } from './rewrite.ts'
import { isWithin } from './window.ts'

/** A rule that forbids VACUUM in place, with what would have to change. */
export interface Refusal {
  readonly rule: string
  readonly reason: string
  readonly advice: string
}

/** Whether to run VACUUM in place. */
export type VacuumDecision =
  | { readonly kind: 'wanted'; readonly reasons: readonly string[] }
  | { readonly kind: 'refused'; readonly gain: number | null; readonly refusals: readonly Refusal[] }
  | {
      readonly kind: 'pointless'
      readonly reason: string
      /** It is known that nothing is to be gained. */
      readonly isCompact: boolean
    }

/** A rehearsal is one reading of a machine that has other work too. */
const safetyFactor = 1.5
/** VACUUM writes the whole database once more beside it, and keeps what it replaces. */
const roomFactor = 2

const stopServer = 'or let the server be stopped for it: control.maintenance in hubkeeper.json'

/**
 * Decides whether a full VACUUM may run in a live database: when every rule allows it. The last rules
 * need a rehearsal, which is made when the others allow it.
 */
export async function decideVacuum(
  context: MaintenanceContext,
  input: MaintenanceInput,
  snapshot: Snapshot,
  before: Examination,
): Promise<VacuumDecision> {
  const gain = gainOf(before)
  if (gain === null && !input.force) {
    const reason = before.statistics.state === 'done' ? '' : reasonOf(before.statistics)
    return { kind: 'pointless', reason: `what VACUUM would gain is unknown: ${reason}`, isCompact: false }
  }
  if (!input.force && (gain ?? 0) < snapshot.bytes * worthwhileShare) {
    return { kind: 'pointless', reason: nothingToGain(gain ?? 0, snapshot.bytes), isCompact: true }
  }
  const refusals = [...hazardRefusals(before), ...windowRefusals(context, input)]
  if (refusals.length > 0) return { kind: 'refused', gain, refusals }
  context.progress.step('Rehearsing VACUUM with a copy')
  const rehearsal = await context.database.rehearseVacuum(snapshot)
  return judge(context, input, { snapshot, before, rehearsal })
}

/** What only VACUUM gives back, bytes; null when that is unknown. Free pages may have a way of their own. */
function gainOf({ statistics, structure }: Examination): number | null {
  if (statistics.state !== 'done' || structure.state !== 'done') return null
  return statistics.value.reclaimableBytes - freeBytesOf(structure.value)
}

/** Bytes that incremental vacuum gives back by itself. */
const freeBytesOf = ({
  autoVacuum,
  freelistPages,
  pageSize,
}: {
  autoVacuum: string
  freelistPages: number
  pageSize: number
}): number => (autoVacuum === 'incremental' ? freelistPages * pageSize : 0)

/** Hazards that forbid it, each a rule of its name. */
const forbidding: ReadonlyMap<string, string> = new Map([
  ['litestream-tables', 'let Litestream’s host make it compact: stop it and the server for that'],
  ['wal-reset-bug', 'update SQLite in the hub'],
  ['rowid-dependent-index', 'give the indexed table an INTEGER PRIMARY KEY'],
])

function hazardRefusals({ hazards }: Examination): Refusal[] {
  if (hazards.state !== 'done') {
    return [{ rule: 'hazards', reason: `hazards are unknown: ${reasonOf(hazards)}`, advice: 'run it again' }]
  }
  return hazards.value.flatMap(({ actual, name }) => {
    const advice = forbidding.get(name)
    return advice === undefined ? [] : [{ rule: name, reason: actual, advice: `${advice}, ${stopServer}` }]
  })
}

function windowRefusals(
  { at, hub, now, scheduledFor }: MaintenanceContext,
  { force }: MaintenanceInput,
): Refusal[] {
  const { window } = hub.database.vacuum
  if (window === undefined) {
    if (scheduledFor !== null || force) return []
    const advice = 'set database.vacuum.window, or run it with --force'
    return [{ rule: 'window', reason: 'it was not run by its schedule', advice }]
  }
  // A run may have begun in it and come this far after its end.
  const outside = [at, now()].find((moment) => !isWithin(window, hub.timeZone, moment))
  if (outside === undefined) return []
  const reason = `${outside.toISOString()} is not between ${window.from} and ${window.to} (${hub.timeZone})`
  return [{ rule: 'window', reason, advice: 'run it in those hours, or change database.vacuum.window' }]
}

interface Rehearsed {
  readonly snapshot: Snapshot
  readonly before: Examination
  readonly rehearsal: Outcome<VacuumRehearsal>
}

function judge(
  { hub }: MaintenanceContext,
  { force }: MaintenanceInput,
  { before, rehearsal, snapshot }: Rehearsed,
): VacuumDecision {
  if (rehearsal.state !== 'done') {
    const advice = 'make that possible: VACUUM in place is only begun when it worked with a copy'
    const refusal = { rule: 'rehearsal', reason: reasonOf(rehearsal), advice }
    return { kind: 'refused', gain: gainOf(before), refusals: [refusal] }
  }
  const { bytes, digest, freeBytes, lockSeconds, renumbers } = rehearsal.value
  const own = before.structure.state === 'done' ? freeBytesOf(before.structure.value) : 0
  const gain = snapshot.bytes - bytes - own
  if (!force && gain < snapshot.bytes * worthwhileShare) {
    return { kind: 'pointless', reason: nothingToGain(gain, snapshot.bytes), isCompact: true }
  }
  const budget = hub.database.vacuum.lockBudgetSeconds
  const forecast = lockSeconds * safetyFactor
  const described = `forecast ${describeSeconds(forecast)} of lock, budget ${describeSeconds(budget)}`
  const refusals: Refusal[] = []
  if (renumbers.length > 0) {
    refusals.push({
      rule: 'rowids',
      reason: `it may number the rows anew of ${renumbers.join(', ')}`,
      advice: `give them an INTEGER PRIMARY KEY, or any index, ${stopServer}`,
    })
  } else if (before.digest.state !== 'done' || digest.value !== before.digest.value.value) {
    refusals.push({
      rule: 'content',
      reason: 'with a copy it did not leave the content as it was',
      advice: `find what refers to rowids, ${stopServer}`,
    })
  }
  if (forecast > budget) {
    refusals.push({
      rule: 'lock-budget',
      reason: described,
      advice: `raise database.vacuum.lockBudgetSeconds if the server’s writers can wait that long, ${stopServer}`,
    })
  }
  const needed = Math.max(snapshot.bytes, bytes) * roomFactor
  if (freeBytes < needed) {
    refusals.push({
      rule: 'space',
      reason: `${formatBytes(needed)} are needed beside the database, ${formatBytes(freeBytes)} are free`,
      advice: 'free space on its disk',
    })
  }
  if (refusals.length > 0) return { kind: 'refused', gain, refusals }
  const why = force ? 'forced' : `${formatBytes(gain)} can be given back`
  return { kind: 'wanted', reasons: [why, described] }
}

/** Seconds for people. */
export const describeSeconds = (value: number): string => formatDuration(seconds(value))
