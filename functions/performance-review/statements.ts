import {
  figure,
  finding,
  formatDuration,
  type HubConfig,
  measured,
  median,
  type Outcome,
  type Part,
  reasonOf,
  type Snapshot,
  type Statement,
  type StatementTiming,
  seconds,
  type TimedStatement,
  thresholdsOf,
  together,
  unreadable,
} from '@hubkeeper/core'
import { only, type ReviewContext } from './context.ts'
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
  const own: Outcome<readonly Statement[]> = { state: 'done', value: hub.database.statements }
  const guessed = own.value.length === 0
  const chosen = guessed ? await snapshot.guessStatements() : own
  if (chosen.state !== 'done') {
    const actual = `no statements are configured, and none could be guessed: ${reasonOf(chosen)}`
    return only(finding('database.query-time', 'unknown', { actual }))
  }
  if (chosen.value.length === 0) {
    const actual = 'no statements are configured, and the schema suggests none'
    return only(finding('database.query-time', 'skipped', { actual }))
  }
  const { critical, warning } = thresholdsOf('database.query-time', hub.thresholds)
  const limit = critical ?? warning
  // Long enough to be sure that it is beyond the limit, and no longer.
  const timed = await snapshot.timeStatements(chosen.value, { samples, timeLimit: seconds(limit * 3) })
  const parts: Part[] = []
  for (const each of timed) parts.push(await statementPart(hub, each, { guessed, limit }, history))
  return together(parts)
}

async function statementPart(
  hub: HubConfig,
  { fullScans, name: subject, outcome }: TimedStatement,
  { guessed, limit }: { guessed: boolean; limit: number },
  history: History,
): Promise<Part> {
  const scans = fullScans.map((table) => `reads all of ${table}, which has more than 10,000 rows`)
  const origin = guessed ? ['guessed from the schema: name the hub’s own as database.statements'] : []
  if (outcome.state === 'done') {
    const { repeated } = outcome.value
    const first = figure('database.query-first', outcome.value.first, 'seconds', subject)
    const time = figure(
      'database.query-time',
      repeated.length === 0 ? outcome.value.first : median(repeated),
      'seconds',
      subject,
    )
    const evidence = [describeTiming(outcome.value), ...scans, ...origin]
    const judged = measured('database.query-time', time.value, hub.thresholds, { subject, evidence })
    const { figures, findings } = await compared(history, judged, time, notable)
    return { findings, figures: [first, ...figures] }
  }
  const endless = outcome.state === 'stopped' && outcome.by === 'time-limit'
  return only(
    finding('database.query-time', endless ? 'critical' : 'unknown', {
      subject,
      expected: endless ? `at most ${formatDuration(seconds(limit))}` : 'a query that SQLite can run',
      actual: reasonOf(outcome),
      evidence: [...scans, ...origin],
      ...(endless || guessed
        ? {}
        : { advice: 'correct it in database.statements: one SELECT without parameters' }),
    }),
  )
}

function describeTiming({ first, repeated, rows }: StatementTiming): string {
  const gives = `gives ${rows.toLocaleString('en')} ${rows === 1 ? 'row' : 'rows'}`
  const cold = `first ${formatDuration(seconds(first))}, with SQLite’s cache empty`
  return repeated.length === 0
    ? `${gives}; ${cold}; too slow to be repeated`
    : `${gives}; ${cold}; then the median of ${repeated.length}`
}
