import type { Thresholds } from '../checks.ts'
import { finding } from '../finding.ts'
import { formatValue } from '../render/value.ts'
import type { Finding } from '../report.ts'
import { allowanceBy, allowanceOf, openUses, type Use } from './allowance.ts'
import { sharedUse } from './companions.ts'
import type { ContentState, HistoryPoint } from './history.ts'
import { type JudgedTable, type Loss, payloadLoss, rowLoss } from './loss.ts'
import { copiedFrom, type Rename, renamesOf } from './renames.ts'

/** What became of one table. */
export interface TableVerdict {
  readonly table: string
  /** What is wrong. */
  readonly losses: readonly Loss[]
  /** What is gone and no sign of anything, in words. */
  readonly notes: readonly string[]
  /** Whether what is gone was expected, is elsewhere, or goes by itself: its timestamps tell nothing. */
  readonly excused: boolean
}

/** What tables are judged by. */
export interface Comparison {
  /** Oldest first, with at least one. */
  readonly history: readonly HistoryPoint[]
  readonly now: ContentState
  readonly uses: readonly Use[]
  readonly limits: Thresholds
}

/** Judges each table of the newest backup. */
export function judgeTables(comparison: Comparison): TableVerdict[] {
  const before = comparison.history.at(-1)
  if (before === undefined) return []
  const renames = renamesOf(before, comparison.now, comparison.limits.warning)
  return [...before.tables.keys()].map((table) =>
    judgeTable(table, before, comparison, renames.get(table) ?? null),
  )
}

function judgeTable(
  table: string,
  before: HistoryPoint,
  { history, limits, now, uses }: Comparison,
  rename: Rename | null,
): TableVerdict {
  const shared = sharedUse(table, openUses(uses, now.takenAt), before, now)
  const allowance =
    allowanceOf(table, uses, history, now.takenAt) ??
    (shared === null ? null : allowanceBy(shared, table, history))
  if (rename?.same === true) {
    return { table, losses: [], notes: [`it is called ${rename.to} now, with the same rows`], excused: true }
  }
  const gone = now.tables.has(table) ? undefined : before.tables.get(table)
  const copied = gone === undefined ? null : copiedFrom(gone, history, now, limits.warning)
  if (copied !== null) {
    const note = `it is gone; it was a copy of ${copied.table} as in ${copied.backup}`
    return { table, losses: [], notes: [note], excused: true }
  }
  const judged: JudgedTable = {
    name: table,
    now: now.tables.get(table) ?? null,
    history,
    expectedIn: expectedIn(table, uses, history),
    allowance,
  }
  const all = [rowLoss(judged, limits), payloadLoss(judged, limits)].filter((loss) => loss !== null)
  const losses = all
    .filter(({ status }) => status !== 'ok')
    .map((loss) => (rename === null ? loss : likely(loss, rename.to)))
  const notes = all.filter(({ status }) => status === 'ok').flatMap(({ evidence }) => [evidence.join('; ')])
  const excused = allowance !== null || all.some((loss) => loss.excused)
  return { table, losses, notes, excused }
}

/** Ids of the backups in which a table had lost what it was to lose. */
function expectedIn(
  table: string,
  uses: readonly Use[],
  history: readonly HistoryPoint[],
): ReadonlySet<string> {
  const used = history.filter((point, i) => {
    const then = uses.filter(({ usedBy }) => usedBy?.backup === point.backup)
    const before = history[i - 1]
    return (
      then.some(({ expectation }) => expectation.table === table) ||
      (before !== undefined && sharedUse(table, then, before, point) !== null)
    )
  })
  return new Set(used.map(({ backup }) => backup))
}

/** A loss that a new table makes up for, as it seems. */
const likely = (loss: Loss, to: string): Loss => ({
  ...loss,
  status: 'warning',
  evidence: [...loss.evidence, `${to} is new and holds about as much: it may have been renamed`],
})

/** A finding of everything that a table lost; null where that is nothing. */
export function lossFinding(table: string, losses: readonly Loss[]): Finding | null {
  const worst = losses.find(({ status }) => status === 'critical') ?? losses[0]
  if (worst === undefined) return null
  return finding('content.vanished', worst.status, {
    subject: table,
    expected: worst.expected,
    actual: worst.actual,
    evidence: losses.flatMap(({ evidence }) => evidence),
  })
}

/** Whether a finding says that content vanished. */
export const isAlarm = ({ status }: Finding): boolean => status === 'warning' || status === 'critical'

/** What a finding says that was lost: `notes: 1,204 rows to 12`. */
export const describeLoss = ({ actual, expected, subject, unit }: Finding): string =>
  `${subject ?? 'the database'}: ${expected} to ${formatValue(actual, unit)}`
