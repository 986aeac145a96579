import type { Certificate } from '../certificate.ts'
import type { Expectations } from '../ledger/expectations.ts'
import { type Backup, isProven } from '../ports/backups.ts'
import { days } from '../units.ts'
import { countedTables } from './tables.ts'

/** What one table held at a moment. */
export interface TableState {
  readonly rows: number
  /** Null where it was not counted. */
  readonly payloadBytes: number | null
  /** Its newest timestamp; null where it has none, or none was looked for. */
  readonly newest: Date | null
  /** Of its rows. */
  readonly digest: string
}

/** What the database held at a moment. */
export interface ContentState {
  readonly takenAt: Date
  /** Content digest. */
  readonly digest: string
  readonly tables: ReadonlyMap<string, TableState>
}

/** Rows of a table; 0 where there is none of that name. */
export const rowsIn = ({ tables }: Pick<ContentState, 'tables'>, table: string): number =>
  tables.get(table)?.rows ?? 0

/** What a proven backup holds. */
export interface HistoryPoint extends ContentState {
  readonly backup: string
  /** Why what is gone since the point before was meant to go, in all tables; null where nobody said so. */
  readonly restart: 'accepted' | 'restored' | null
  /** What was in quarantine since the point before, and was made good by the hub itself: nothing was restored. */
  readonly between: readonly ContentState[]
}

/** How far back a table is known, ms. */
const memory = days(90)

/** The content that a certificate, or a look at a snapshot, tells of; null where it could not be read. */
export function contentStateOf(
  { digest, tables }: Pick<Certificate, 'digest' | 'tables'>,
  takenAt: Date,
): ContentState | null {
  if (digest === null) return null
  const states = countedTables(tables).map(
    ({ digest: ofRows, name, newest, payloadBytes, rows }): [string, TableState] => {
      const at = newest === undefined || newest === null ? null : new Date(newest.at)
      const state = { rows, payloadBytes: payloadBytes ?? null, newest: at, digest: ofRows }
      return [name, state]
    },
  )
  return { takenAt, digest, tables: new Map(states) }
}

const takenAt = ({ manifest }: Backup): number => Date.parse(manifest.takenAt)

/**
 * What the proven backups before a moment hold that are not in quarantine, of the last 90 days and the newest
 * at all events, oldest first.
 *
 * @param expectations tell whose losses were accepted
 */
export function historyBefore(
  backups: readonly Backup[],
  moment: Date,
  expectations: Expectations,
): HistoryPoint[] {
  const accepted = new Set(expectations.accepted.map(({ backup }) => backup))
  const before = backups
    .map((backup) => ({ backup, time: takenAt(backup) }))
    .filter(({ time }) => time < moment.getTime())
    .toSorted((a, b) => a.time - b.time)
  const newest = before.findLast(({ backup }) => isProven(backup))
  const points: HistoryPoint[] = []
  // The first one that was not taken before the last point.
  let start = 0
  for (const [i, each] of before.entries()) {
    const { backup, time } = each
    if (!isProven(backup) || (time < moment.getTime() - memory && each !== newest)) continue
    const state = stateOf(backup)
    if (state === null) continue
    const { id } = backup.manifest
    const since = before.slice(start, i).filter((other) => other.time < time)
    const restored = since.some((other) => other.backup.manifest.reason === 'safety')
    const held = restored ? [] : since.filter((other) => other.backup.quarantine !== null)
    points.push({
      ...state,
      backup: id,
      restart: restored ? 'restored' : accepted.has(id) ? 'accepted' : null,
      between: held.map((other) => stateOf(other.backup)).filter((other) => other !== null),
    })
    start += since.length
  }
  return points
}

const stateOf = ({ certificate, manifest }: Backup): ContentState | null =>
  certificate === null ? null : contentStateOf(certificate, new Date(manifest.takenAt))

/** The safety copy of a restore that came after every other backup; null when nothing was restored since. */
export function restoredSince(backups: readonly Backup[], moment: Date): Backup | null {
  const before = backups.filter((backup) => takenAt(backup) < moment.getTime())
  const made = before.filter(({ manifest }) => manifest.reason !== 'safety').filter(isProven)
  const newest = Math.max(...made.map(takenAt), Number.NEGATIVE_INFINITY)
  return (
    before
      .filter((backup) => backup.manifest.reason === 'safety' && takenAt(backup) >= newest)
      .toSorted((a, b) => takenAt(a) - takenAt(b))
      .at(-1) ?? null
  )
}
