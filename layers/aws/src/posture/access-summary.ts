import {
  type AccessSummary,
  days,
  type ObjectInfo,
  type ObjectPage,
  type ObjectStore,
  onOneLine,
} from '@hubkeeper/core'
import { inOrder } from '../s3/in-order.ts'
import { type LoggedAccess, parseAccess } from './access-log.ts'

/** How far back accesses are counted, ms. */
export const accessWindow = days(31)

/** Bounds of what is read: S3 writes hundreds of small files a day, and one for each busy hour at least. */
export interface AccessLimits {
  /** Log files that are read, newest first. */
  readonly files: number
  /** Log files that are listed. */
  readonly listed: number
  /** Bytes of one file. */
  readonly bytes: number
  /** Callers that are told of, those with the most requests first. */
  readonly callers: number
}

/** What a function has time and memory for. */
export const accessLimits: AccessLimits = { files: 2000, listed: 50_000, bytes: 4_194_304, callers: 50 }

/** Where the accesses to one bucket are logged. */
export interface AccessLog {
  /** Everything below the prefix of the log; keys begin with the time of their delivery. */
  readonly store: Pick<ObjectStore, 'list' | 'get'>
}

/** How many files are read at once. */
const width = 8

/**
 * Who read and wrote what concerns a hub: its keys in either bucket, and the buckets as such.
 *
 * @throws HubkeeperError when a log cannot be listed or read
 */
export async function summarizeAccess(
  logs: readonly AccessLog[],
  hubPrefix: string,
  at: Date,
  limits: AccessLimits = accessLimits,
): Promise<AccessSummary> {
  const wanted = new Date(at.getTime() - accessWindow)
  let from = wanted
  const tally = new Map<string, { reads: number; writes: number; refused: number }>()
  let leftOut = 0

  const count = ({ caller, kind, refused }: LoggedAccess): void => {
    const seen = tally.get(caller) ?? { reads: 0, writes: 0, refused: 0 }
    tally.set(caller, seen)
    if (refused) seen.refused += 1
    else if (kind === 'read') seen.reads += 1
    else seen.writes += 1
  }

  const concerns = (access: LoggedAccess): boolean =>
    access.at >= wanted && access.at <= at && (access.key === null || access.key.startsWith(hubPrefix))

  for (const { store } of logs) {
    const { files, more, since } = await filesOf(store, { from: wanted, to: at }, limits)
    leftOut += more
    if (since > from) from = since
    await inOrder({
      count: files.length,
      width,
      make: async (index) => textOf(store, files[index], limits.bytes),
      take: ({ cut, lines }) => {
        leftOut += cut ? 1 : 0
        for (const line of lines) {
          const access = parseAccess(line)
          if (access !== null && concerns(access)) count(access)
        }
      },
    })
  }
  const callers = [...tally]
    .map(([caller, counts]) => ({ caller: onOneLine(caller).slice(0, 200), ...counts }))
    .sort((one, other) => requestsOf(other) - requestsOf(one) || (one.caller < other.caller ? -1 : 1))
    .slice(0, limits.callers)
  return { from, to: at, callers, leftOut }
}

const requestsOf = (counts: { reads: number; writes: number; refused: number }): number =>
  counts.reads + counts.writes + counts.refused

/** The files of a log, newest first, how many more there are, and since when all of them are known. */
async function filesOf(
  store: AccessLog['store'],
  window: { readonly from: Date; readonly to: Date },
  { files, listed }: AccessLimits,
): Promise<{ readonly files: readonly ObjectInfo[]; readonly more: number; readonly since: Date }> {
  const found: ObjectInfo[] = []
  // A request is delivered within hours, mostly: in a file of its day, or of the next.
  for (let day = dayOf(window.to) + days(1); day >= dayOf(window.from); day -= days(1)) {
    const since = new Date(Math.max(day, window.from.getTime()))
    if (found.length >= listed) return { files: found.slice(0, files), more: found.length - files, since }
    // `2026-11-25-03-30-12-…`: a key begins with the time of its delivery.
    const ofDay: ObjectInfo[] = []
    const prefix = new Date(day).toISOString().slice(0, 10)
    let after: string | undefined
    do {
      const page: ObjectPage = await store.list(prefix, after === undefined ? {} : { after })
      ofDay.push(...page.objects)
      after = page.next ?? undefined
    } while (after !== undefined && ofDay.length < listed)
    found.push(...ofDay.toReversed())
  }
  return { files: found.slice(0, files), more: Math.max(0, found.length - files), since: window.from }
}

const dayOf = (moment: Date): number => Math.floor(moment.getTime() / days(1)) * days(1)

/** The lines of a file; `cut` where there are more than are read. */
async function textOf(
  store: AccessLog['store'],
  file: ObjectInfo | undefined,
  bytes: number,
): Promise<{ readonly lines: readonly string[]; readonly cut: boolean }> {
  if (file === undefined || file.bytes === 0) return { lines: [], cut: false }
  const cut = file.bytes > bytes
  const stored = await store.get(file.key, cut ? { range: { start: 0, end: bytes - 1 } } : {})
  // Gone meanwhile: the log's own retention deleted it.
  if (stored === null) return { lines: [], cut: false }
  return { lines: new TextDecoder().decode(stored.body).split('\n'), cut }
}
