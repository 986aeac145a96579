import type { HubConfig } from '../config/schema.ts'
import type { LogFile, OpenFiles, RotationMethod } from '../ports/logs.ts'
import { days, formatBytes, hours } from '../units.ts'
import { zoneClock } from './clock.ts'
import { groupLogs, type LogGroup, type RotatedLog } from './rotation-groups.ts'
import { isCompressed, isJournal, rotatedKey } from './rotation-names.ts'

/** How a hub wants its logs rotated. */
export type RotationConfig = NonNullable<HubConfig['logs']>['rotation']

/** Everything that a plan is made of. */
export interface RotationCircumstances {
  readonly files: readonly LogFile[]
  /** Null where the machine does not tell. */
  readonly open: OpenFiles | null
  readonly at: Date
  /** IANA name; decides what is today. */
  readonly timeZone: string
  readonly config: RotationConfig
  /** Whether one of `config.live` matches. */
  readonly isLive: (key: string) => boolean
  readonly expiredOnly: boolean
}

/** One change to a file. */
export type LogAction =
  | { readonly kind: 'delete'; readonly file: LogFile }
  | { readonly kind: 'compress'; readonly file: LogFile }
  | {
      readonly kind: 'rotate'
      readonly file: LogFile
      readonly target: string
      readonly method: RotationMethod
    }

/** What is to become of one log. */
export interface LogPlan {
  readonly log: string
  /** In the order in which they are taken: what frees space comes first. */
  readonly actions: readonly LogAction[]
  /** What is left as it is although it could have been meant, and why; who else rotates it. */
  readonly notes: readonly string[]
  /** What somebody ought to see to. */
  readonly warnings: readonly string[]
}

/**
 * What is to be done with each log. A live one is rotated at most once a day, and never deleted; a rotated
 * one is deleted when both its name and its last change are older than is kept. What a process has open, or
 * goes on writing to, is neither deleted nor compressed.
 */
export function planRotation(circumstances: RotationCircumstances): LogPlan[] {
  const { files, isLive, open, timeZone } = circumstances
  const there = new Set(files.map(({ key }) => key))
  const isOpen = (key: string): boolean => open?.keys.has(key) ?? false
  const shown = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' })
  const dayOf = (moment: Date | number): string => shown.format(moment)
  const [year = 0, month = 0, day = 0] = dayOf(circumstances.at).split('-').map(Number)
  const midnight = zoneClock(timeZone)(year, month, day, 0, 0, 0)
  const lookups = { isThere: (key: string) => there.has(key), isOpen, dayOf, midnight }
  return groupLogs(files, isLive).map((group) => planLog(group, circumstances, lookups))
}

interface Lookups {
  readonly isThere: (key: string) => boolean
  readonly isOpen: (key: string) => boolean
  /** `YYYY-MM-DD` in the hub's zone. */
  readonly dayOf: (moment: Date | number) => string
  /** When today began, ms since 1970: what is due does not change until it ends. */
  readonly midnight: number
}

function planLog(group: LogGroup, circumstances: RotationCircumstances, lookups: Lookups): LogPlan {
  const { at, config } = circumstances
  const today = lookups.dayOf(at)
  const isOfToday = ({ date }: RotatedLog): boolean =>
    date !== null && (date.moment === null ? date.day : lookups.dayOf(date.moment)) === today
  const expired = group.rotated.filter((file) => isExpired(file, lookups.midnight, config.keepDays))
  const kept = group.rotated.filter((file) => !expired.includes(file))
  const useOf = (file: RotatedLog): string | null =>
    lookups.isOpen(file.key) ? 'open' : isWritten(file, circumstances) ? 'written to' : null
  const inUse = group.rotated.filter((file) => useOf(file) !== null)
  const packable = config.compress && !circumstances.expiredOnly
  // What is numbered is moved on by whoever numbers it, so it keeps the names that he knows.
  const packed = kept.filter(
    (file) => packable && file.date !== null && !isCompressed(file.key) && !isOfToday(file),
  )
  const idle = (file: LogFile): boolean => !inUse.some(({ key }) => key === file.key)
  const rotation = planLive(group, circumstances, lookups, group.rotated.some(isOfToday))
  return {
    log: group.key,
    actions: [
      ...expired.filter(idle).map((file) => ({ kind: 'delete' as const, file })),
      ...('action' in rotation ? [rotation.action] : []),
      ...packed.filter(idle).map((file) => ({ kind: 'compress' as const, file })),
    ],
    notes: [
      ...('notes' in rotation ? rotation.notes : othersAtWork(group, at)),
      ...[...expired, ...packed]
        .filter((file) => !idle(file))
        .map((file) => `${file.key} is left: it is ${useOf(file)}`),
    ],
    warnings:
      config.method === 'rename'
        ? inUse
            .filter((file) => file.date?.moment != null && !isOfToday(file))
            .map((file) => `${file.key} is still ${useOf(file)}: its server did not open a new log`)
        : [],
  }
}

/** How long a server may take to open a new log, ms. */
const reopening = hours(1)

/**
 * Whether a server writes on to a log that was renamed: what it has open may not be seen. Once the log is
 * deleted, also for a compressed one, all that it writes is lost.
 */
const isWritten = ({ date, modifiedAt }: RotatedLog, { at, config }: RotationCircumstances): boolean =>
  config.method === 'rename' &&
  date?.moment != null &&
  modifiedAt.getTime() - date.moment > reopening &&
  at.getTime() - modifiedAt.getTime() < days(1)

/** Something else that rotates the log as well, as one of its files tells. */
function othersAtWork({ rotated }: LogGroup, at: Date): string[] {
  const recent = rotated.findLast(
    ({ date, modifiedAt }) => date?.moment == null && at.getTime() - modifiedAt.getTime() < days(8),
  )
  return recent === undefined
    ? []
    : [`something else made ${recent.key}: if it rotates the log, set logs.rotation.method to none`]
}

/** Whether the later of what the name and the last change say was as long ago as is kept when today began. */
function isExpired({ date, modifiedAt }: RotatedLog, midnight: number, keepDays: number): boolean {
  const youngest = Math.max(modifiedAt.getTime(), date?.until ?? Number.NEGATIVE_INFINITY)
  return midnight - youngest >= days(keepDays)
}

function planLive(
  { key, live }: LogGroup,
  { at, config, expiredOnly }: RotationCircumstances,
  { isThere }: Lookups,
  wasRotatedToday: boolean,
): { readonly action: LogAction } | { readonly notes: readonly string[] } {
  if (live === null || expiredOnly || config.method === 'none') return { notes: [] }
  if (isCompressed(key)) return { notes: [`${key} is left: it is compressed, though no log lies beside it`] }
  if (isJournal(key)) return { notes: [`${key} is left: systemd looks after its journals`] }
  if (live.bytes === 0) return { notes: [] }
  if (live.bytes < config.minBytes) {
    return { notes: [`${key} is left: it holds less than ${formatBytes(config.minBytes)}`] }
  }
  if (wasRotatedToday) return { notes: [`${key} is left: it was rotated today`] }
  return {
    action: { kind: 'rotate', file: live, target: rotatedKey(key, at, isThere), method: config.method },
  }
}
