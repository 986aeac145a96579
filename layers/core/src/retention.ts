import type { HubConfig } from './config/schema.ts'
import { type Quarantined, standingQuarantines } from './guard/quarantine.ts'
import type { Backup, BackupList, StrayBackup } from './ports/backups.ts'
import { isProven } from './ports/backups.ts'
import { formatValue } from './render/value.ts'
import { type Anomaly, anomaliesIn, fullestBefore } from './retention/anomalies.ts'
import { type Calendar, calendarOf, type PeriodKind, periodKinds } from './retention/periods.ts'
import { planStray } from './retention/strays.ts'
import { days, formatDuration } from './units.ts'

/** What retention does with one backup, and why, in words. */
export interface Decision<T> {
  readonly of: T
  readonly keep: boolean
  readonly reasons: readonly string[]
}

/** What retention would do, with nothing done yet. */
export interface RetentionPlan {
  /** The moment that ages count from. */
  readonly countedFrom: Date
  /** Why nothing at all is deleted, in words; null where something may be. */
  readonly blocked: string | null
  /** Oldest first. */
  readonly backups: readonly Decision<Backup>[]
  readonly strays: readonly Decision<StrayBackup>[]
}

/** What a plan is made from. */
export interface RetentionRequest {
  readonly hub: Pick<HubConfig, 'thresholds' | 'timeZone'> & {
    readonly backups: Pick<HubConfig['backups'], 'retention'>
  }
  readonly list: BackupList
  /** Until when the newest proven backup is known to be current; null when there is none. */
  readonly currentAt: Date | null
  readonly at: Date
}

/** How long the last good backup before an anomaly is kept, counted from the anomaly, ms. */
const anomalyMemory = days(90)

const takenAt = ({ manifest }: Backup): number => Date.parse(manifest.takenAt)

/** What retention makes of the backups there are (`docs/backups.md`). It only ever adds reasons to keep. */
export function planRetention(request: RetentionRequest): RetentionPlan {
  const { at, hub, list } = request
  const ordered = list.backups.toSorted(
    (a, b) => takenAt(a) - takenAt(b) || (a.manifest.id < b.manifest.id ? -1 : 1),
  )
  const past = ordered.filter((backup) => takenAt(backup) <= at.getTime())
  const countedFrom = lastSignOfLife(past, request)
  const reasons = new Map<Backup, string[]>(ordered.map((backup) => [backup, []]))
  const keep = (backup: Backup | undefined, reason: string): void => {
    if (backup !== undefined) reasons.get(backup)?.push(reason)
  }
  const { retention } = hub.backups
  const tiers = tiersOf(past, countedFrom, request)
  const blocked = blockedBy(request)

  for (const backup of ordered) {
    const { pin } = backup
    if (list.pinsUnreadable !== null) keep(backup, 'it may be pinned: the pins cannot be read')
    if (blocked !== null) keep(backup, blocked)
    if (pin !== null) keep(backup, `pinned by ${pin.by}: ${pin.reason}`)
    if (takenAt(backup) > at.getTime()) keep(backup, 'taken later than this clock shows')
    else if (isYounger(backup, countedFrom, days(retention.days))) {
      keep(backup, `younger than ${count(retention.days, 'day')}`)
    }
  }
  const proven = past.filter(isProven)
  keep(ordered.filter(isProven).at(-1), 'the newest proven one')
  for (const backup of proven.slice(-retention.minimumProven)) {
    keep(backup, `among the ${count(retention.minimumProven, 'newest proven one')}`)
  }
  for (const { name, representative } of tiers) keep(representative, `the newest of ${name}`)
  for (const { backup, lastGood, what } of lastingAnomalies(past, countedFrom, request)) {
    keep(lastGood, `the last proven one before ${backup.manifest.id}, which ${what}`)
    keep(backup, `kept as evidence: it ${what}`)
  }
  const remembered = proven.filter((backup) => isYounger(backup, countedFrom, anomalyMemory))
  for (const { backup, left, rows, table } of fullestBefore(remembered, hub.thresholds)) {
    keep(
      backup,
      `it holds most of ${table}: ${formatValue(rows, 'rows')}, the newest ${formatValue(left, 'rows')}`,
    )
  }

  const decide = (backup: Backup): Decision<Backup> => {
    const found = reasons.get(backup) ?? []
    return found.length > 0
      ? { of: backup, keep: true, reasons: found }
      : { of: backup, keep: false, reasons: whyGone(backup, tiers, request) }
  }
  return {
    countedFrom,
    blocked,
    backups: ordered.map(decide),
    strays: list.strays.map((stray) => planStray(stray, { newestProven: proven.at(-1), blocked }, request)),
  }
}

/** What vanished from the newest backups may be wanted back from any of the others. */
function blockedBy({ at, currentAt, list }: RetentionRequest): string | null {
  if (list.quarantineUnreadable !== null)
    return `it is not known what is in quarantine: ${list.quarantineUnreadable}`
  const [first] = standingQuarantines(list.backups, currentAt, at)
  return first === undefined ? null : describeQuarantine(first)
}

const describeQuarantine = ({ manifest: { id } }: Quarantined): string =>
  `${id} is in quarantine, and neither accepted nor made good`

const count = (amount: number, what: string): string => (amount === 1 ? `1 ${what}` : `${amount} ${what}s`)

const isYounger = (backup: Backup, than: Date, age: number): boolean => than.getTime() - takenAt(backup) < age

/**
 * The last moment at which backups are known to have been looked after: while none is made, none grows
 * old, so neither a keeper that stopped nor a clock that ran ahead thins out what there is.
 */
function lastSignOfLife(past: readonly Backup[], { at, currentAt }: RetentionRequest): Date {
  const confirmed = currentAt === null || currentAt > at ? [] : [currentAt.getTime()]
  const signs = [...past.slice(-1).map(takenAt), ...confirmed]
  return signs.length === 0 ? at : new Date(Math.max(...signs))
}

/** A calendar period within reach, with the backup that stands for it. */
interface Tier {
  readonly name: string
  readonly members: readonly Backup[]
  readonly representative: Backup | undefined
}

const reachOf = ({ months, weeks, years }: RetentionRequest['hub']['backups']['retention']) =>
  ({ week: weeks, month: months, quarter: years * 4 }) satisfies Record<PeriodKind, number>

/** Every period in which there is a backup; the newest proven one stands for it, else the newest. */
function tiersOf(past: readonly Backup[], countedFrom: Date, { hub }: RetentionRequest): Tier[] {
  const calendar: Calendar = calendarOf(hub.timeZone)
  const reach = reachOf(hub.backups.retention)
  const now = calendar(countedFrom)
  const placed = past.map((backup) => ({ backup, periods: calendar(new Date(takenAt(backup))) }))
  return periodKinds.flatMap((kind) => {
    const within = placed.filter(({ periods }) => {
      const back = now[kind].index - periods[kind].index
      return reach[kind] > 0 && back <= reach[kind]
    })
    return [...Map.groupBy(within, ({ periods }) => periods[kind].name)].map(([name, members]) => {
      const backups = members.map(({ backup }) => backup)
      return { name, members: backups, representative: backups.findLast(isProven) ?? backups.at(-1) }
    })
  })
}

/** Anomalies that are remembered still; of unproven backups in a row the newest one. */
function lastingAnomalies(past: readonly Backup[], countedFrom: Date, { hub }: RetentionRequest): Anomaly[] {
  const lasting = anomaliesIn(past, hub.thresholds).filter(({ backup }) =>
    isYounger(backup, countedFrom, anomalyMemory),
  )
  return lasting.filter(({ backup, lastGood }, i) => {
    const next = lasting[i + 1]
    return isProven(backup) || next === undefined || isProven(next.backup) || next.lastGood !== lastGood
  })
}

/** The shortest period tells; in the longer ones, others stand for it as well. */
function whyGone(backup: Backup, tiers: readonly Tier[], { hub }: RetentionRequest): string[] {
  const age = `older than ${count(hub.backups.retention.days, 'day')}`
  const tier = tiers.find(({ members }) => members.includes(backup))
  if (tier === undefined) return [age, 'out of reach of every week, month and quarter that is kept']
  return [age, `${tier.representative?.manifest.id} stands for ${tier.name}`]
}

/** What a plan comes to, in a few words. */
export function describePlan({ backups, strays }: RetentionPlan): string {
  const gone = backups.filter(({ keep }) => !keep).length
  const parts = strays.filter(({ keep }) => !keep).length
  const rest = parts === 0 ? '' : `, and the parts of ${count(parts, 'unfinished one')}`
  return `${gone} of ${count(backups.length, 'backup')} to delete${rest}`
}

/** Every decision of a plan in words, one a line; what is deleted first. */
export function linesOf({ backups, strays }: RetentionPlan): string[] {
  const all = [
    ...backups.map(({ of, ...rest }) => ({ id: of.manifest.id, ...rest })),
    ...strays.map(({ of, ...rest }) => ({ id: of.id, ...rest })),
  ]
  const line = (decision: (typeof all)[number]): string =>
    `${decision.keep ? 'keep' : 'delete'} ${decision.id}: ${decision.reasons.join('; ')}`
  return [...all.filter(({ keep }) => !keep), ...all.filter(({ keep }) => keep)].map(line)
}

/** Why ages do not count from `at`, in words; null where they do, give or take two days. */
export function describeCount({ countedFrom }: RetentionPlan, at: Date): string | null {
  const behind = at.getTime() - countedFrom.getTime()
  if (behind < days(2)) return null
  return `no backup was made or confirmed for ${formatDuration(behind)}: ages count from ${countedFrom.toISOString()}`
}
