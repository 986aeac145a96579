import {
  type Benchmark,
  type ChosenStatements,
  chooseStatements,
  type DatabaseStatistics,
  type Figure,
  figure,
  finding,
  type HubConfig,
  only,
  type Part,
  reasonOf,
  type Snapshot,
  type StatementBenchmark,
  statusWithoutValue,
  together,
  unreadable,
} from '@hubkeeper/core'
import type { AnalysisContext } from './context.ts'
import { planFinding, statementPart } from './statements.ts'

/** How often each statement is run at most, with a cold cache and with a warm one. */
const samples = 20

/** So many of the largest tables have figures of their own; the documents have all. */
const largest = 20

/** What was measured of the database. Null: it could not be. */
export interface MeasuredDatabase {
  readonly bytes: number
  readonly statistics: DatabaseStatistics | null
  readonly statements: readonly StatementBenchmark[]
  /** Whether the statements are guesses. */
  readonly guessed: boolean
}

/** What was found of the database, and what was measured of it. */
export interface DatabasePart extends Part {
  readonly database: MeasuredDatabase | null
}

/** Benchmarks the hub's statements on a snapshot, and sees where the bytes are: the hub itself is not kept waiting. */
export async function analyseDatabase({
  database,
  hub,
}: Pick<AnalysisContext, 'database' | 'hub'>): Promise<DatabasePart> {
  const snapshot = await database.snapshot()
  if (snapshot.state !== 'done') return { ...only(unreadable(snapshot, database.key)), database: null }
  try {
    const { bytes } = snapshot.value
    const size = figure('database.size', bytes, 'bytes', database.key)
    const sizes = await measureTables(snapshot.value, database.key)
    const chosen = await chooseStatements(hub, () => snapshot.value.guessStatements())
    const speed = await benchmark(hub, snapshot.value, chosen)
    return {
      ...together([{ findings: [], figures: [size] }, sizes, speed]),
      database: {
        bytes,
        statistics: sizes.statistics,
        statements: speed.statements,
        guessed: 'reason' in chosen || chosen.guessed,
      },
    }
  } finally {
    await snapshot.value.dispose()
  }
}

async function measureTables(
  snapshot: Snapshot,
  subject: string,
): Promise<Part & { readonly statistics: DatabaseStatistics | null }> {
  const { statistics } = await snapshot.examine(['statistics'])
  if (statistics.state !== 'done') {
    const details = { subject, expected: 'sizes of its tables', actual: reasonOf(statistics) }
    return {
      ...only(finding('database.readable', statusWithoutValue(statistics), details)),
      statistics: null,
    }
  }
  const byBytes = statistics.value.tables.toSorted((a, b) => totalBytes(b) - totalBytes(a))
  const figures = byBytes
    .slice(0, largest)
    .flatMap(({ bytes, indexBytes, name }): Figure[] => [
      figure('table.size', bytes, 'bytes', name),
      figure('table.index-size', indexBytes, 'bytes', name),
    ])
  figures.push(figure('database.reclaimable', statistics.value.reclaimableBytes, 'bytes', subject))
  return { findings: [], figures, statistics: statistics.value }
}

/** Bytes of a table with its indexes. */
export const totalBytes = ({ bytes, indexBytes }: DatabaseStatistics['tables'][number]): number =>
  bytes + indexBytes

async function benchmark(
  hub: Pick<HubConfig, 'thresholds'>,
  snapshot: Snapshot,
  chosen: ChosenStatements | { readonly reason: string },
): Promise<Part & { readonly statements: readonly StatementBenchmark[] }> {
  const statements = 'reason' in chosen ? [] : chosen.statements
  const timeLimit = 'reason' in chosen ? 0 : chosen.timeLimit
  // Also without a statement: it tells what the planner knows.
  const measured = await snapshot.benchmark(statements, { samples, cold: true, timeLimit })
  const known = statisticsPart(measured)
  if ('reason' in chosen) {
    const unknown = finding('database.query-time', 'unknown', { actual: chosen.reason })
    return { ...together([only(unknown), known]), statements: [] }
  }
  if (statements.length === 0) {
    const actual = 'no statements are configured, and the schema suggests none'
    const skipped = finding('database.query-time', 'skipped', { actual })
    return { ...together([only(skipped), known]), statements: [] }
  }
  const parts = measured.statements.map((each) => statementPart(hub, each, chosen))
  const plans = measured.statements.flatMap((each) => planFinding(each, statements, chosen.guessed))
  return { ...together([...parts, only(...plans), known]), statements: measured.statements }
}

const maxEvidence = 10

/** Whether the planner knows the tables as they are. */
function statisticsPart({ analysis }: Benchmark): Part {
  if (analysis.state !== 'done') {
    const details = {
      expected: 'what the planner knows',
      actual: reasonOf(analysis),
      advice: 'find out first whether the database is sound: hubkeeper run health-check',
    }
    return only(finding('database.statistics', statusWithoutValue(analysis), details))
  }
  const tables = analysis.value.filter(({ indexed, rows }) => indexed && rows > 0)
  if (tables.length === 0) {
    const actual = 'no table has rows and an index'
    return only(finding('database.statistics', 'skipped', { actual }))
  }
  const stale = tables.filter((table) => table.stale)
  const evidence = stale.slice(0, maxEvidence).map(({ analysedRows, rows, table }) => {
    const then =
      analysedRows === null ? 'never analysed' : `${analysedRows.toLocaleString('en')} when analysed`
    return `${table}: ${rows.toLocaleString('en')} rows, ${then}`
  })
  if (stale.length > maxEvidence) evidence.push(`and ${stale.length - maxEvidence} more`)
  return only(
    finding('database.statistics', stale.length === 0 ? 'ok' : 'warning', {
      expected: 'none out of date',
      actual: stale.length === 0 ? 'none out of date' : `${stale.length} of ${tables.length} tables`,
      evidence,
    }),
  )
}
