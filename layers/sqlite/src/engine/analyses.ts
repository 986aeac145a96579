import { dirname } from 'node:path'
import {
  asksForMuch,
  type Benchmark,
  type BenchmarkRequest,
  type ContentProfile,
  type ContentRequest,
  type ContentTable,
  type Outcome,
  type SearchComparison,
  type SearchRequest,
  type Statement,
  type StatementBenchmark,
  type StatementRuns,
  seconds,
  type TableAnalysis,
} from '@hubkeeper/core'
import type * as z from 'zod'
import type { RehearsedRebuild } from '../search/rebuild.ts'
import type { MeasuredSearch, StatementPlan } from './analysis-results.ts'
import { type Job, lineSchema, progressName, progressSchema, resultSchemas } from './protocol.ts'

/** What an engine can tell of the content of a file at rest, and of how fast it is read. */
export interface Analyses {
  /** See `Snapshot.benchmark`. */
  benchmark(path: string, statements: readonly Statement[], request: BenchmarkRequest): Promise<Benchmark>
  /** See `Snapshot.guessContent`. */
  guessContent(path: string): Promise<Outcome<readonly ContentTable[]>>
  /** See `Snapshot.profileContent`. */
  profileContent(path: string, request: ContentRequest): Promise<Outcome<readonly ContentProfile[]>>
  /** See `Snapshot.compareSearchTables`; `scratch` is a directory for a copy. */
  compareSearchTables(
    path: string,
    request: SearchRequest & { readonly scratch: string },
  ): Promise<Outcome<readonly SearchComparison[]>>
  /** What full-text indexes take, and how long a search takes in each: the given one, or one that suits it. */
  measureSearch(
    path: string,
    indexes: readonly { readonly index: string; readonly sql: string | null }[],
  ): Promise<Outcome<readonly MeasuredSearch[]>>
  /** Makes full-text indexes of a copy anew, to see how long that takes in place; the copy is changed. */
  rehearseRebuild(copy: string, indexes: readonly string[]): Promise<Outcome<readonly RehearsedRebuild[]>>
}

/** What a job's process came to. */
interface JobRun {
  readonly peakMemory: number | null
  outcome<T>(name: string, schema: z.ZodType<Outcome<T>>): Outcome<T>
}

/** Runs a job in a process of its own; `timeLimit`, ms, counts where it is less than the engine's. */
type RunJob = (
  job: Job,
  scratch: string,
  options?: { readonly timeLimit?: number; readonly onLine?: (line: string) => void },
) => Promise<JobRun>

const nothingPlanned: StatementPlan = {
  plan: [],
  fullScans: [],
  automaticIndexes: [],
  missingIndexes: [],
}

/** Indexes that are worth it, by how many rows a statement gave; null where that is not known. */
const worthwhile = (
  { fullScans, missingIndexes }: StatementPlan,
  given: number | null,
): StatementPlan['missingIndexes'] =>
  missingIndexes.filter(({ table }) => {
    const scan = fullScans.find((each) => each.table === table)
    return scan === undefined || !asksForMuch(given, scan)
  })

/** Time for a process to start, to open the file and to read the plan, ms. */
const startTime = seconds(10)

/** Of the file itself, and not of one table of it. */
const ofFile = new Set(['empty', 'not-a-database', 'hot-journal', 'no-access'])

/** The analyses of an engine, by how it runs a job. */
export function analysesWith(run: RunJob): Analyses {
  async function result<T>(
    job: Exclude<Job, { kind: 'examine' }>,
    schema: z.ZodType<Outcome<T>>,
    scratch: string,
  ): Promise<Outcome<T>> {
    return (await run(job, scratch)).outcome(job.kind, schema)
  }

  async function benchmarkOne(
    path: string,
    { name, sql }: Statement,
    { cold, samples, timeLimit }: BenchmarkRequest,
    rows: Readonly<Record<string, number>>,
  ): Promise<StatementBenchmark> {
    const ran = await run({ kind: 'benchmark', path, sql, samples, cold, timeLimit, rows }, dirname(path), {
      timeLimit: timeLimit + startTime,
    })
    const outcome: Outcome<StatementRuns> = ran.outcome('benchmark', resultSchemas.benchmark)
    const plan = ran.outcome('benchmark-plan', resultSchemas['benchmark-plan'])
    const told = plan.state === 'done' ? plan.value : nothingPlanned
    const given = outcome.state === 'done' ? outcome.value.rows : null
    return { name, outcome, ...told, missingIndexes: worthwhile(told, given) }
  }

  async function profileOne(
    path: string,
    table: ContentTable,
    { aheadAfter, examples, groups, maxRowBytes, onProgress, staleBefore }: ContentRequest,
  ): Promise<ContentProfile> {
    const begun = performance.now()
    const ran = await run(
      {
        kind: 'profile',
        path,
        table,
        maxRowBytes,
        staleBefore: staleBefore.toISOString(),
        aheadAfter: aheadAfter?.toISOString(),
        examples,
        groups,
        progress: onProgress !== undefined,
      },
      dirname(path),
      {
        onLine: (line) => {
          const told = progressIn(line)
          if (told !== null) onProgress?.({ table: table.table, ...told })
        },
      },
    )
    return {
      source: table,
      outcome: ran.outcome('profile', resultSchemas.profile),
      seconds: (performance.now() - begun) / 1000,
      peakMemory: ran.peakMemory,
    }
  }

  const guessContent: Analyses['guessContent'] = (path) =>
    result({ kind: 'guess-content', path }, resultSchemas['guess-content'], dirname(path))

  return {
    guessContent,
    async benchmark(path, statements, request) {
      const analysis: Outcome<readonly TableAnalysis[]> = await result(
        { kind: 'analysis', path },
        resultSchemas.analysis,
        dirname(path),
      )
      const tables = analysis.state === 'done' ? analysis.value : []
      const counted = Object.fromEntries(tables.map(({ rows, table }) => [table, rows]))
      const measured: StatementBenchmark[] = []
      // One after the other: two at once would measure each other.
      for (const statement of statements) {
        measured.push(await benchmarkOne(path, statement, request, counted))
      }
      return { statements: measured, analysis }
    },
    async profileContent(path, request) {
      const tables = request.tables.length > 0 ? null : await guessContent(path)
      if (tables !== null && tables.state !== 'done') return tables
      const profiles: ContentProfile[] = []
      for (const table of tables?.value ?? request.tables) {
        const profile = await profileOne(path, table, request)
        const { outcome } = profile
        if (outcome.state === 'fault' && ofFile.has(outcome.fault.kind)) return outcome
        profiles.push(profile)
      }
      return { state: 'done', value: profiles }
    },
    compareSearchTables: (path, { limit, scratch, sources }) =>
      result(
        { kind: 'compare-search', path, scratch, sources, limit },
        resultSchemas['compare-search'],
        dirname(path),
      ),
    measureSearch: (path, indexes) =>
      result({ kind: 'measure-search', path, indexes }, resultSchemas['measure-search'], dirname(path)),
    rehearseRebuild: (path, indexes) =>
      result({ kind: 'rehearse-rebuild', path, indexes }, resultSchemas['rehearse-rebuild'], dirname(path)),
  }
}

/** How far a job is, from a line that says so; null from any other. */
function progressIn(line: string): { rows: number; of: number } | null {
  if (!line.startsWith(`{"name":"${progressName}"`)) return null
  try {
    const told = lineSchema.safeParse(JSON.parse(line)).data
    return told === undefined ? null : (progressSchema.safeParse(told.outcome).data ?? null)
  } catch {
    return null
  }
}
