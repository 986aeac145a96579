import { dirname } from 'node:path'
import {
  type CrossCheck,
  type Examination,
  type ExaminationPart,
  examinationParts,
  HubkeeperError,
  type InPlaceRequest,
  mebibytes,
  type Outcome,
  type ReadRows,
  type RowsRequest,
  type SearchSource,
  type Statement,
  type StatementTiming,
  seconds,
  type TableComparison,
  type TimedStatement,
  type TimingRequest,
} from '@hubkeeper/core'
import type * as z from 'zod'
import type { PlantStep } from '../drill/plant.ts'
import type { Maintained } from '../live/maintain.ts'
import type { Rehearsed } from '../live/rehearse.ts'
import { type Analyses, analysesWith } from './analyses.ts'
import { type ChildRun, runChild } from './child.ts'
import { type Job, type Line, lineSchema, partSchemas, resultSchemas } from './protocol.ts'

/** Limits of every process that the engine starts. */
export interface EngineLimits {
  /** ms. */
  readonly timeLimit: number
  /** Bytes of resident memory. */
  readonly memoryLimit: number
  /** ms to wait for a lock of the hub. */
  readonly lockTimeout: number
}

/** Works on database files, each job in a child process of its own. */
export interface Engine extends Analyses {
  /**
   * Looks at a file at rest, which nobody writes meanwhile, without locks and without writing to it.
   * `scratch` is a directory for a copy, where a check has to write; `timeLimit`, ms, counts where it is
   * less than the engine’s own.
   */
  examine(
    path: string,
    options: {
      readonly parts: readonly ExaminationPart[]
      readonly scratch: string
      readonly timeLimit?: number
    },
  ): Promise<Examination>
  /** A consistent copy of a live database at `target`, by SQLite's backup API in one step. */
  snapshotLive(livePath: string, target: string): Promise<Outcome<{ pages: number }>>
  /**
   * Writes a file at rest compactly to `target`: the named full-text indexes merged, statistics
   * fresh, and with what VACUUM INTO drops. The file itself is only read.
   */
  compact(
    path: string,
    target: string,
    options: {
      readonly searchIndexes: readonly string[]
      /** Full-text indexes to make anew first. */
      readonly rebuild?: readonly string[]
      /** Of these, the ones whose rows become those of their source. */
      readonly mend?: readonly SearchSource[]
      readonly analyze: boolean
    },
  ): Promise<
    Outcome<{
      pages: number
      /** Those that could not be made anew, and are as they were. */
      notRebuilt: readonly { readonly index: string; readonly reason: string }[]
    }>
  >
  /** VACUUM of a copy as it would be done in place; the copy is changed. */
  rehearseVacuum(copy: string): Promise<Outcome<Rehearsed>>
  /** Ends the unfinished transaction of a copy, with its journal beside it; the copy is changed. */
  rollBack(copy: string): Promise<Outcome<{ pages: number }>>
  /** Works in a live database, with a snapshot `before` and one `after` at these paths. */
  maintainLive(
    livePath: string,
    snapshots: { readonly before: string; readonly after: string },
    request: InPlaceRequest,
  ): Promise<Outcome<Maintained>>
  /** The content of `source` into the live database, in one transaction of its own. */
  restoreLive(source: string, livePath: string): Promise<Outcome<{ pages: number }>>
  /** What the second engine makes of a file; it needs one to three times its size of memory. */
  crossCheck(path: string, options?: { readonly timeLimit?: number }): Promise<Outcome<CrossCheck>>
  /**
   * What became of the rows of each table that counts for the content digest, from one file at rest to another;
   * both are only read. What SQLite has to sort for it goes to the directory of `before`.
   */
  compare(before: string, after: string): Promise<Outcome<readonly TableComparison[]>>
  /** Runs one query on a file at rest, and says what its plan reads from end to end. */
  timeStatement(path: string, statement: Statement, request: TimingRequest): Promise<TimedStatement>
  /** Queries that suit the schema of a file at rest; see `Snapshot.guessStatements`. */
  guessStatements(path: string): Promise<Outcome<readonly Statement[]>>
  /** Rows of small tables of a file at rest; see `Snapshot.readRows`. */
  readRows(
    path: string,
    tables: readonly RowsRequest[],
    maxRows: number,
  ): Promise<Outcome<readonly ReadRows[]>>
  /** Makes a canary of a file, or plants a fault in one; the file is changed. Gives what was, in words. */
  plant(path: string, step: PlantStep, seed: number): Promise<Outcome<string>>
}

/** Memory of a process beside SQLite's heap, bytes. */
const runtimeMemory = mebibytes(128)
/** Memory that the second engine may take, times the size it is given, bytes. */
const crossCheckMemory = mebibytes(2048)

/** Time for a process to start and to open the file, ms. */
const startTime = seconds(5)

/**
 * The engine on node:sqlite and sql.js.
 *
 * @param runJob starts a job; tests run friendly files without a process for each
 */
export function createEngine(limits: EngineLimits, runJob: typeof runChild = runChild): Engine {
  const { lockTimeout } = limits
  const heapLimit = Math.max(mebibytes(80), limits.memoryLimit - runtimeMemory)

  const withinLimit = (timeLimit = limits.timeLimit): number => Math.min(timeLimit, limits.timeLimit)

  const start = async (
    job: Job,
    scratch: string,
    { memoryLimit, timeLimit }: Pick<EngineLimits, 'memoryLimit' | 'timeLimit'> = limits,
    onLine?: (line: string) => void,
  ): Promise<Told> => toldBy(await runJob({ job, heapLimit }, scratch, { timeLimit, memoryLimit }, onLine))

  async function result<T>(
    job: Exclude<Job, { kind: 'examine' }>,
    schema: z.ZodType<Outcome<T>>,
    scratch: string,
    own: Partial<EngineLimits> = {},
  ): Promise<Outcome<T>> {
    return outcomeIn(await start(job, scratch, { ...limits, ...own }), job.kind, schema)
  }

  return {
    async examine(path, { parts, scratch, timeLimit }) {
      const own = { ...limits, timeLimit: withinLimit(timeLimit) }
      const run = await start({ kind: 'examine', path, parts, scratch }, scratch, own)
      const part = <T>(name: ExaminationPart, schema: z.ZodType<Outcome<T>>): Outcome<T> =>
        name === 'structure' || parts.includes(name)
          ? outcomeIn(run, name, schema)
          : { state: 'skipped', reason: 'not asked for' }
      return {
        structure: part('structure', partSchemas.structure),
        integrity: part('integrity', partSchemas.integrity),
        foreignKeys: part('foreign-keys', partSchemas['foreign-keys']),
        searchIndexes: part('search-indexes', partSchemas['search-indexes']),
        hazards: part('hazards', partSchemas.hazards),
        digest: part('digest', partSchemas.digest),
        contents: part('contents', partSchemas.contents),
        statistics: part('statistics', partSchemas.statistics),
        peakMemory: run.peakMemory,
        seconds: secondsOf(run),
      }
    },
    snapshotLive: (source, target) =>
      result({ kind: 'snapshot', source, target, lockTimeout }, resultSchemas.snapshot, dirname(target)),
    compact: (path, target, options) =>
      result({ kind: 'compact', path, target, ...options }, resultSchemas.compact, dirname(target)),
    rehearseVacuum: (path) => result({ kind: 'rehearse', path }, resultSchemas.rehearse, dirname(path)),
    rollBack: (path) => result({ kind: 'roll-back', path }, resultSchemas['roll-back'], dirname(path)),
    maintainLive: (path, snapshots, request) =>
      result(
        { kind: 'maintain', path, ...snapshots, request, lockTimeout },
        resultSchemas.maintain,
        dirname(snapshots.before),
      ),
    restoreLive: (source, target) =>
      result({ kind: 'restore', source, target, lockTimeout }, resultSchemas.restore, dirname(source)),
    crossCheck: (path, { timeLimit } = {}) =>
      result({ kind: 'cross-check', path }, resultSchemas['cross-check'], dirname(path), {
        memoryLimit: crossCheckMemory,
        timeLimit: withinLimit(timeLimit),
      }),
    compare: (before, after) =>
      result({ kind: 'compare', before, after }, resultSchemas.compare, dirname(before)),
    async timeStatement(path, { name, sql }, { samples, timeLimit }) {
      const run = await start({ kind: 'time', path, sql, samples, timeLimit }, dirname(path), {
        ...limits,
        timeLimit: timeLimit + startTime,
      })
      const outcome: Outcome<StatementTiming> = outcomeIn(run, 'time', resultSchemas.time)
      const plan = outcomeIn(run, 'plan', resultSchemas.plan)
      return { name, outcome, fullScans: plan.state === 'done' ? plan.value : [] }
    },
    guessStatements: (path) => result({ kind: 'guess', path }, resultSchemas.guess, dirname(path)),
    readRows: (path, tables, maxRows) =>
      result({ kind: 'rows', path, tables, maxRows }, resultSchemas.rows, dirname(path)),
    plant: (path, step, seed) =>
      result({ kind: 'plant', path, step, seed }, resultSchemas.plant, dirname(path)),
    ...analysesWith(async (job, scratch, { onLine, timeLimit } = {}) => {
      const run = await start(job, scratch, { ...limits, timeLimit: withinLimit(timeLimit) }, onLine)
      return {
        peakMemory: run.peakMemory,
        outcome: (name, schema) => outcomeIn(run, name, schema),
      }
    }),
  }
}

/** A child's run with what it said. */
interface Told extends Omit<ChildRun, 'lines'> {
  readonly lines: readonly Line[]
}

/** What can be understood of it: a line may be cut off where the child was ended, or be a hostile file’s. */
const toldBy = ({ lines, ...run }: ChildRun): Told => ({
  ...run,
  lines: lines.flatMap((line) => lineSchema.safeParse(parsed(line)).data ?? []),
})

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

/** How long each part took that a child told of. */
function secondsOf({ lines }: Told): Examination['seconds'] {
  const took = (part: ExaminationPart) => lines.find(({ name }) => name === part)?.seconds
  return Object.fromEntries(
    examinationParts.flatMap((part) => {
      const duration = took(part)
      return duration === undefined ? [] : [[part, duration]]
    }),
  )
}

/** The outcome of a name among a child's lines; how the child ended where there is none. */
function outcomeIn<T>(run: Told, name: string, schema: z.ZodType<Outcome<T>>): Outcome<T> {
  const line = run.lines.find((each) => each.name === name)
  if (line !== undefined) return schema.parse(line.outcome)
  if (run.stopped !== null) return { state: 'stopped', ...run.stopped }
  throw new HubkeeperError('engine-failed', `the engine said nothing of ${name}`, {
    hint: 'run it again with --debug and report what it prints',
  })
}
