import {
  type ChosenStatements,
  chooseStatements,
  type Finding,
  figure,
  finding,
  formatDuration,
  formatValue,
  type HubConfig,
  measured,
  median,
  type Outcome,
  only,
  type Part,
  reasonOf,
  type Snapshot,
  type StatementTiming,
  seconds,
  type TimedStatement,
  together,
  unreadable,
} from '@hubkeeper/core'
import type { ReviewContext } from './context.ts'
import { compare, compared, type History } from './history.ts'

/** How often a statement is run, the first time included. */
const samples = 5

/** Statements that are faster do not count as worse, however much slower they became, seconds. */
const notable = 0.1

/** Times the hub's statements on a snapshot: the hub itself is not kept waiting. */
export async function reviewDatabase({ database, hub }: ReviewContext, history: History): Promise<Part> {
  const snapshot = await database.snapshot()
  if (snapshot.state !== 'done') return only(unreadable(snapshot, database.key))
  try {
    const size = figure('database.size', snapshot.value.bytes, 'bytes', database.key)
    const queries = await reviewStatements(hub, snapshot.value, history)
    return together([queries, { findings: [], figures: (await compare(history, size)).figures }])
  } finally {
    await snapshot.value.dispose()
  }
}

async function reviewStatements(hub: HubConfig, snapshot: Snapshot, history: History): Promise<Part> {
  const chosen = await chooseStatements(hub, () => snapshot.guessStatements())
  if ('reason' in chosen) return only(finding('database.query-time', 'unknown', { actual: chosen.reason }))
  const { statements, timeLimit } = chosen
  if (statements.length === 0) {
    const actual = 'no statements are configured, and the schema suggests none'
    return only(finding('database.query-time', 'skipped', { actual }))
  }
  const timed = await snapshot.timeStatements(statements, { samples, timeLimit })
  const parts: Part[] = []
  for (const each of timed) parts.push(await statementPart(hub, each, chosen, history))
  return together(parts)
}

async function statementPart(
  hub: HubConfig,
  { fullScans, name: subject, outcome }: TimedStatement,
  chosen: ChosenStatements,
  history: History,
): Promise<Part> {
  const scans = fullScans.map((table) => `reads all of ${table}, which has more than 10,000 rows`)
  if (outcome.state === 'done') {
    const { repeated } = outcome.value
    const first = figure('database.query-first', outcome.value.first, 'seconds', subject)
    const time = figure(
      'database.query-time',
      repeated.length === 0 ? outcome.value.first : median(repeated),
      'seconds',
      subject,
    )
    const evidence = [describeTiming(outcome.value), ...scans, ...chosen.origin]
    const judged = measured('database.query-time', time.value, hub.thresholds, { subject, evidence })
    const { figures, findings } = await compared(history, judged, time, notable)
    return { findings, figures: [first, ...figures] }
  }
  return only(untimedFinding(subject, outcome, chosen, scans))
}

/** A statement that could not be timed: one that does not end is critical. */
export function untimedFinding(
  subject: string,
  outcome: Exclude<Outcome<unknown>, { state: 'done' }>,
  { guessed, limit, origin }: ChosenStatements,
  evidence: readonly string[],
): Finding {
  const endless = outcome.state === 'stopped' && outcome.by === 'time-limit'
  const advice = endless ? null : adviceFor(outcome, guessed)
  return finding('database.query-time', endless ? 'critical' : 'unknown', {
    subject,
    expected: endless ? `at most ${formatDuration(seconds(limit))}` : 'a query that SQLite can run',
    actual: reasonOf(outcome),
    evidence: [...evidence, ...origin],
    ...(advice === null ? {} : { advice }),
  })
}

/** What to do about a statement that cannot be run; null for what the check says. */
function adviceFor(outcome: Exclude<Outcome<unknown>, { state: 'done' }>, guessed: boolean): string | null {
  if (outcome.state === 'fault' && outcome.fault.kind === 'corrupt') {
    return 'the database is damaged, not the statement: hubkeeper run health-check'
  }
  return guessed ? null : 'correct it in database.statements: one SELECT without parameters'
}

function describeTiming({ first, repeated, rows }: StatementTiming): string {
  const gives = `gives ${formatValue(rows, 'rows')}`
  const cold = `first ${formatDuration(seconds(first))}, with SQLite’s cache empty`
  return repeated.length === 0
    ? `${gives}; ${cold}; too slow to be repeated`
    : `${gives}; ${cold}; then the median of ${repeated.length}`
}
