import { finding } from '../finding.ts'
import { formatValue } from '../render/value.ts'
import type { Finding } from '../report.ts'
import type { ContentState, HistoryPoint } from './history.ts'
import type { Loss } from './loss.ts'
import { byHand, staleContent } from './stale.ts'
import { type GoneBack, timestampsOf } from './timestamps.ts'
import type { TableVerdict } from './verdicts.ts'

/** Lines of evidence in a finding of the whole database. */
const maxLines = 20

const rowsOf = ({ tables }: ContentState): number =>
  [...tables.values()].reduce((sum, { rows }) => sum + rows, 0)

const limited = (lines: readonly string[]): string[] =>
  lines.length <= maxLines ? [...lines] : [...lines.slice(0, maxLines), `and ${lines.length - maxLines} more`]

/** The finding of a database that has no rows any more; null where it has, or that was expected. */
export function emptyDatabase(
  before: HistoryPoint,
  now: ContentState,
  verdicts: readonly TableVerdict[],
): Finding | null {
  const lost = verdicts.filter(({ losses }) => losses.length > 0)
  const rows = rowsOf(before)
  if (rows === 0 || rowsOf(now) > 0 || lost.length === 0) return null
  const tables = [...before.tables].filter((entry) => entry[1].rows > 0)
  return finding('content.vanished', 'critical', {
    expected: `${formatValue(rows, 'rows')} in ${tables.length} ${tables.length === 1 ? 'table' : 'tables'}`,
    actual: now.tables.size === 0 ? 'it has no tables' : 'every table is empty',
    evidence: [
      `in ${before.backup} of ${before.takenAt.toISOString()}:`,
      ...limited(tables.map(([name, state]) => `${name}: ${formatValue(state.rows, 'rows')}`)),
    ],
  })
}

/** Signs that an older database was put in the place of this one. */
export interface OldCopy {
  /** Of the whole database; null where it is a matter of single tables, or of none. */
  readonly finding: Finding | null
  /** What single tables lost. */
  readonly losses: ReadonlyMap<string, Loss>
}

/**
 * Looks whether the content went back in time: exactly to that of an older backup, or as the newest timestamps
 * tell, in most tables that have some.
 */
export function oldCopy(
  history: readonly HistoryPoint[],
  now: ContentState,
  verdicts: readonly TableVerdict[],
): OldCopy {
  const before = history.at(-1)
  const excused = new Set(verdicts.filter((verdict) => verdict.excused).map(({ table }) => table))
  const { back, counted } = timestampsOf(history, now, (table) => excused.has(table))
  const stale = staleContent(history, now, excused)
  const far = back.filter((table) => table.far)
  const most = far.length * 2 > counted && !areDeleted(far)
  if (before === undefined || (stale === null && !most)) {
    return { finding: null, losses: new Map(back.map((table) => [table.table, lossOf(table)])) }
  }
  const newest = latest(far.map(({ now: at }) => at)) ?? stale?.as.takenAt
  return {
    finding: finding('content.vanished', most || stale?.status === 'critical' ? 'critical' : 'warning', {
      expected: `no older than ${before.backup} of ${before.takenAt.toISOString()}`,
      actual: `an older copy${newest === undefined ? '' : `, of about ${newest.toISOString()}`}`,
      advice: 'see what was put in its place, and when; compare with hubkeeper restore latest --dry-run',
      evidence: limited([
        ...(stale === null ? [] : [stale.evidence]),
        ...(back.length === 0 ? [] : [`${back.length} of ${counted} tables with timestamps went back`]),
        ...back.map(({ evidence }) => evidence),
      ]),
    }),
    losses: new Map(),
  }
}

/** Whether somebody who deleted a few of the newest rows by hand explains it all. */
const areDeleted = (back: readonly GoneBack[]): boolean =>
  back.every(({ deleted }) => deleted !== null) &&
  back.reduce((sum, { deleted }) => sum + (deleted ?? 0), 0) < byHand

const latest = (times: readonly Date[]): Date | undefined =>
  times.length === 0 ? undefined : new Date(Math.max(...times.map((time) => time.getTime())))

const lossOf = ({ evidence, from, now }: GoneBack): Loss => ({
  status: 'warning',
  expected: `newest of ${from.toISOString()}`,
  actual: `newest of ${now.toISOString()}`,
  evidence: [evidence],
  excused: false,
})
