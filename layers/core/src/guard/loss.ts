import type { Thresholds } from '../checks.ts'
import { formatValue } from '../render/value.ts'
import { formatBytes } from '../units.ts'
import { type Allowance, allows, describeExpectation } from './allowance.ts'
import type { ContentState, HistoryPoint, TableState } from './history.ts'
import { type Reading, type Standing, standingOf } from './series.ts'
import { formatPercent } from './tables.ts'

/** Something that a table had and has no more. */
export interface Loss {
  readonly status: 'ok' | 'warning' | 'critical'
  /** Whether somebody expected it, or the table loses as much by itself. */
  readonly excused: boolean
  readonly expected: string
  readonly actual: string | number
  /** What was there when, what is there now, and why that is judged so. */
  readonly evidence: readonly string[]
}

/** A table with its history, and what it may lose. */
export interface JudgedTable {
  readonly name: string
  /** Null when the table is gone. */
  readonly now: TableState | null
  readonly history: readonly HistoryPoint[]
  /** Ids of backups up to which its losses were expected. */
  readonly expectedIn: ReadonlySet<string>
  readonly allowance: Allowance | null
}

/** Of so few rows, one is a large share. */
export const fewRows = 10
/** What so few rows mean, nobody can tell: they may be a state, or a job that is done. */
const hardlyAny = 2
/** Bytes below which a few more or less are no sign of anything. */
const fewBytes = 64 * 1024
/** Settings, and the like: what an edit shortens is a large share of it. */
const settings = { rows: 25, bytes: 16 * 1024 }

/** What is gone of a table's rows; null where nothing is. */
export function rowLoss(table: JudgedTable, limits: Thresholds): Loss | null {
  const readings = readingsOf(table, ({ rows }) => rows)
  const rows = table.now?.rows ?? 0
  const small = Math.max(...readings.map(({ value }) => value)) < fewRows
  const standing = standingOf(readings, rows, limits, small)
  if (standing === null) return null
  const { from } = standing
  const { allowance } = table
  const allowed = allowance !== null && allows(allowance, rows)
  const loss = (status: Loss['status'], why: string | null): Loss => ({
    status,
    excused: status === 'ok' && (allowed || standing.usual !== null),
    expected: formatValue(from.value, 'rows'),
    actual: rows,
    evidence: [
      `${formatValue(from.value, 'rows')} in ${from.backup} of ${from.takenAt.toISOString()}, ${formatValue(rows, 'rows')} now: ${formatPercent(standing.lost)} fewer`,
      ...(table.now === null ? ['the table is gone'] : []),
      ...(why === null ? [] : [why]),
    ],
  })
  if (allowance !== null && allowed) return loss('ok', describeExpectation(allowance.expectation))
  const beyond = allowance === null ? null : `only ${describeExpectation(allowance.expectation)}`
  if (rows > 0) {
    return small && standing.usual === null
      ? loss('ok', beyond)
      : loss(standing.status, beyond ?? standing.why)
  }
  return emptied(standing, beyond, loss)
}

function emptied(
  { from, status, usual, why }: Standing,
  beyond: string | null,
  loss: (status: Loss['status'], why: string | null) => Loss,
): Loss {
  if (status === 'ok' || (usual !== null && usual < fewRows)) return loss('ok', why)
  if (from.value <= hardlyAny)
    return loss('warning', beyond ?? `it held ${formatValue(from.value, 'rows')} at the most`)
  return loss('critical', beyond ?? 'nothing is left of it')
}

/** What is gone of a table's bytes while its rows are there; null where nothing is, or they were not counted. */
export function payloadLoss(table: JudgedTable, limits: Thresholds): Loss | null {
  const { allowance, now } = table
  if (now === null || now.payloadBytes === null || now.rows === 0) return null
  // Rows that were expected to go take their bytes with them: what is left is looked at row by row.
  const perRow = allowance !== null && allows(allowance, now.rows)
  const measure = ({ payloadBytes, rows }: TableState): number | null =>
    payloadBytes === null ? null : perRow ? payloadBytes / Math.max(1, rows) : payloadBytes
  const total = readingsOf(table, ({ payloadBytes }) => payloadBytes)
  const last = total.at(-1)
  if (last === undefined || now.payloadBytes >= last.value) return null
  const few = (table.history.at(-1)?.tables.get(table.name)?.rows ?? 0) < fewRows
  if (few && Math.max(...total.map(({ value }) => value)) < fewBytes) return null
  const value = measure(now)
  const standing = value === null ? null : standingOf(readingsOf(table, measure), value, limits, false)
  if (standing === null) return null
  const { from, lost, usual, why } = standing
  // Whether the large rows were to go, nobody said.
  const uncertain = perRow || isLikeSettings(table, total)
  const status = uncertain && standing.status === 'critical' ? 'warning' : standing.status
  const unit = perRow ? ' a row' : ''
  return {
    status,
    excused: status === 'ok' && usual !== null,
    expected: `${formatBytes(Math.round(from.value))}${unit}`,
    actual: `${formatBytes(Math.round(value ?? 0))}${unit} in ${formatValue(now.rows, 'rows')}`,
    evidence: [
      `${formatBytes(Math.round(from.value))}${unit} in ${from.backup} of ${from.takenAt.toISOString()}, ${formatBytes(Math.round(value ?? 0))} now: ${formatPercent(lost)} fewer bytes`,
      ...(why === null ? [] : [why]),
    ],
  }
}

const isLikeSettings = ({ history, name }: JudgedTable, bytes: readonly Reading[]): boolean =>
  (history.at(-1)?.tables.get(name)?.rows ?? 0) < settings.rows &&
  Math.max(...bytes.map(({ value }) => value)) < settings.bytes

function readingsOf(
  { expectedIn, history, name }: JudgedTable,
  measure: (state: TableState) => number | null,
): Reading[] {
  const valueIn = ({ tables }: ContentState): number[] => {
    const state = tables.get(name)
    // Before it was made, and while it was gone, it had nothing; that is only told of rows.
    const value = state === undefined ? null : measure(state)
    return value === null ? [] : [value]
  }
  return history.flatMap((point) => {
    const { backup, takenAt } = point
    const restart = point.restart !== null || expectedIn.has(backup)
    const between = point.between.flatMap(valueIn)
    return valueIn(point).map((value) => ({ value, takenAt, backup, restart, between }))
  })
}
