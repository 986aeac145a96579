import {
  asksForMuch,
  type ChosenStatements,
  type Finding,
  type FullScan,
  figure,
  finding,
  formatDuration,
  formatValue,
  type HubConfig,
  type IndexSuggestion,
  measured,
  only,
  type Part,
  type RunTimes,
  type Statement,
  type StatementBenchmark,
  seconds,
} from '@hubkeeper/core'
import { untimedFinding } from '../performance-review/statements.ts'

/** Times of one statement, as figures and as a finding by the median with a warm cache. */
export function statementPart(
  { thresholds }: Pick<HubConfig, 'thresholds'>,
  { fullScans, name: subject, outcome }: StatementBenchmark,
  chosen: ChosenStatements,
): Part {
  if (outcome.state !== 'done') {
    return only(untimedFinding(subject, outcome, chosen, fullScans.map(scanText)))
  }
  const { cold, first, rows, warm } = outcome.value
  // What was too slow to be repeated has the one time that it took.
  const usual = warm ?? cold ?? { samples: 1, p50: first, p95: first }
  const evidence = [
    `gives ${formatValue(rows, 'rows')}`,
    timesText('with SQLite’s cache empty', cold),
    timesText('then with it warm', warm),
    ...chosen.origin,
  ]
  return {
    findings: [measured('database.query-time', usual.p50, thresholds, { subject, evidence })],
    figures: [
      figure('database.query-time', usual.p50, 'seconds', subject),
      figure('database.query-p95', usual.p95, 'seconds', subject),
      ...(cold === null
        ? []
        : [
            figure('database.query-cold', cold.p50, 'seconds', subject),
            figure('database.query-cold-p95', cold.p95, 'seconds', subject),
          ]),
    ],
  }
}

const timesText = (how: string, times: RunTimes | null): string =>
  times === null
    ? `${how}: too slow to be measured`
    : `${how}: p50 ${formatDuration(seconds(times.p50))}, p95 ${formatDuration(seconds(times.p95))} of ${times.samples === 1 ? '1 run' : `${times.samples} runs`}`

/** In words: `reads all of articles, 12,000 rows`. */
export const scanText = ({ rows, table }: FullScan): string =>
  `reads all of ${table}, ${formatValue(rows, 'rows')}`

/** In words, with the statement that makes it. */
export const indexText = ({ columns, sql, table }: IndexSuggestion): string =>
  `${table} has no index on ${columns.join(', ')}: ${sql}`

/** A table with fewer rows is read from end to end as fast as by an index. */
const notableRows = 1000

/** What looks for some rows; a statement without it asks for all there are. */
const picks = /\b(?:where|having|match)\b/i

/** How SQLite says that it sorts rows which an index could give it in order. */
const sorts = 'USE TEMP B-TREE FOR ORDER BY'

/** Whether a statement has the indexes that it needs; nothing where its plan could not be made. */
export function planFinding(
  { automaticIndexes, fullScans, missingIndexes, name: subject, outcome, plan }: StatementBenchmark,
  statements: readonly Statement[],
  guessed: boolean,
): Finding[] {
  // One that cannot be run is not judged by its plan, though SQLite may have made one.
  if (outcome.state === 'fault' || (plan.length === 0 && outcome.state !== 'done')) {
    const actual = 'it could not be run'
    return [finding('database.plan', 'unknown', { subject, actual, advice: 'see database.query-time' })]
  }
  if (plan.length === 0) return []
  const sql = statements.find(({ name }) => name === subject)?.sql ?? ''
  const given = outcome.state === 'done' ? outcome.value.rows : null
  const scans = fullScans.filter((scan) => scan.rows > notableRows && !asksForMuch(given, scan))
  const isSorted = plan.includes(sorts)
  const evidence = [
    ...scans.map(scanText),
    ...(isSorted && scans.length > 0 ? ['sorts what it read'] : []),
    ...automaticIndexes.map((line) => `SQLite makes an index for each run: ${line}`),
    ...missingIndexes.map(indexText),
  ]
  const wants =
    picks.test(sql) ||
    isSorted ||
    // One table of a join is read from end to end in any case.
    scans.length > 1 ||
    // What a view looks for does not stand in the statement.
    missingIndexes.some(({ table }) => scans.some((each) => each.table === table))
  const slow = automaticIndexes.length > 0 || (scans.length > 0 && wants)
  // A guess tells nothing of the hub's own statements.
  if (guessed) {
    return [
      finding('database.plan', 'skipped', { subject, actual: 'a guess, not of the hub’s own', evidence }),
    ]
  }
  return [
    finding('database.plan', slow ? 'warning' : 'ok', {
      subject,
      expected: 'indexes for what it looks for',
      actual: slow ? 'reads more than it has to' : 'reads no more than it asks for',
      evidence,
      ...(slow && missingIndexes.length === 0 ? { advice: withoutIndex } : {}),
    }),
  ]
}

/** What to do where no index was found that SQLite would use. */
const withoutIndex = 'see whether it can ask for less: an index on what it compares would not be used'
