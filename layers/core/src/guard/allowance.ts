import type { Expectation, Expectations } from '../ledger/expectations.ts'
import { type HistoryPoint, rowsIn } from './history.ts'
import { fallPercent } from './tables.ts'

/** What a table may lose now, as somebody said before. */
export interface Allowance {
  readonly expectation: Expectation
  /** The rows that it may lose a share of: the most since shortly before it was said. */
  readonly of: number
}

/** The backup in which what was expected had happened; null while it has not. */
export interface Use {
  readonly expectation: Expectation
  readonly usedBy: { readonly backup: string; readonly takenAt: Date } | null
}

/**
 * Which expectations have come true: the first backup that counts after one was said, in which the table had
 * lost more than `limit` percent, uses it up.
 */
export function usesOf(
  { expected }: Expectations,
  history: readonly HistoryPoint[],
  limit: number,
): readonly Use[] {
  return expected.map((expectation) => {
    const { percent, since, table, until } = expectation
    const used = history.find((point, i) => {
      const before = history[i - 1]
      if (before === undefined || point.takenAt < new Date(since) || point.takenAt > new Date(until))
        return false
      // One that is smaller than the limit is used up by what is close to it.
      return fallPercent(rowsIn(before, table), rowsIn(point, table)) > Math.min(limit, percent / 2)
    })
    return { expectation, usedBy: used === undefined ? null : { backup: used.backup, takenAt: used.takenAt } }
  })
}

/** What a table may lose at a moment; null when nothing is expected of it, or not any more. */
export function allowanceOf(
  table: string,
  uses: readonly Use[],
  history: readonly HistoryPoint[],
  at: Date,
): Allowance | null {
  const use = openUses(uses, at).findLast(({ expectation }) => expectation.table === table)
  return use === undefined ? null : allowanceBy(use, table, history)
}

/** The expectations that may still come true at a moment. */
export const openUses = (uses: readonly Use[], at: Date): Use[] =>
  uses.filter(
    ({ expectation: { since, until }, usedBy }) =>
      usedBy === null && new Date(since) <= at && at <= new Date(until),
  )

/** What a table may lose by an expectation. */
export function allowanceBy(
  { expectation }: Use,
  table: string,
  history: readonly HistoryPoint[],
): Allowance {
  const first = history.findLastIndex(({ takenAt }) => takenAt < new Date(expectation.since))
  const since = history.slice(Math.max(0, first))
  return { expectation, of: Math.max(0, ...since.map((point) => rowsIn(point, table))) }
}

/** Whether what is left of a table is no less than was expected. */
export const allows = ({ expectation, of }: Allowance, rows: number): boolean =>
  fallPercent(of, rows) <= expectation.percent

/** Who expects how much, and why. */
export const describeExpectation = ({ by, percent, reason }: Expectation): string =>
  `a loss of up to ${percent} % was expected by ${by}${reason === null ? '' : `: ${reason}`}`
