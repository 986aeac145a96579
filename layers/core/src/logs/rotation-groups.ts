import type { LogFile } from '../ports/logs.ts'
import type { NamedDate } from './rotation-date.ts'
import { rotatedNames } from './rotation-names.ts'

/** A file that a log was moved to. */
export interface RotatedLog extends LogFile {
  readonly date: NamedDate | null
}

/** A log with what it was moved to before. */
export interface LogGroup {
  /** The log's own key, whether it is there or not. */
  readonly key: string
  readonly live: LogFile | null
  /** The longest untouched first. */
  readonly rotated: readonly RotatedLog[]
}

/** The log that a rotated one was, by its name and those around it; null for a live one, and when in doubt. */
const logOf = (key: string, isThere: (key: string) => boolean) =>
  rotatedNames(key).find(({ besideLog, log }) => log !== key && (!besideLog || isThere(log))) ?? null

/** Tells the logs among `keys`: those that lie there, and those whose own rotated names prove that they did. */
function logsKnownFrom(keys: Iterable<string>): (log: string) => boolean {
  const known = new Set(keys)
  const renamed = [...known].flatMap((key) =>
    rotatedNames(key).flatMap(({ besideLog, date, log }) =>
      !besideLog && date !== null && date.moment !== null ? [log] : [],
    ),
  )
  for (const log of renamed) known.add(log)
  return (log) => known.has(log)
}

/**
 * The keys among `keys`, all of some folders, that are logs: those that `matches` tells, and the rotated
 * ones of such logs, which globs such as `*.log` often leave out.
 */
export function logsAmong(keys: readonly string[], matches: (key: string) => boolean): string[] {
  const isKnown = logsKnownFrom(keys)
  return keys.filter((key) => {
    if (matches(key)) return true
    const name = logOf(key, isKnown)
    return name !== null && matches(name.log)
  })
}

/** Those of `files`, all of some folders, that are logs; see {@link logsAmong}. */
export function logFilesAmong<T extends { readonly key: string }>(
  files: readonly T[],
  matches: (key: string) => boolean,
): T[] {
  const keys = files.map(({ key }) => key)
  const logs = new Set(logsAmong(keys, matches))
  return files.filter(({ key }) => logs.has(key))
}

/**
 * Files by the log that they belong to, in the order of keys. What `isLive` tells is live whatever its
 * name.
 */
export function groupLogs(
  files: readonly LogFile[],
  isLive: (key: string) => boolean = () => false,
): LogGroup[] {
  const isKnown = logsKnownFrom(files.map(({ key }) => key))
  const groups = new Map<string, { live: LogFile | null; rotated: RotatedLog[] }>()
  const groupOf = (key: string) => {
    const group = groups.get(key) ?? { live: null, rotated: [] }
    groups.set(key, group)
    return group
  }
  for (const file of files) {
    const name = isLive(file.key) ? null : logOf(file.key, isKnown)
    if (name === null) groupOf(file.key).live = file
    else groupOf(name.log).rotated.push({ ...file, date: name.date })
  }
  return [...groups]
    .map(([key, { live, rotated }]) => ({ key, live, rotated: rotated.sort(byAge) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
}

const byAge = (a: RotatedLog, b: RotatedLog): number =>
  a.modifiedAt.getTime() - b.modifiedAt.getTime() || (a.key < b.key ? -1 : 1)
