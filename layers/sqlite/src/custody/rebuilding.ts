import {
  formatBytes,
  formatDuration,
  type InPlaceStep,
  type Outcome,
  type RebuiltIndex,
  reasonOf,
  seconds,
} from '@hubkeeper/core'
import type { MeasuredSearch } from '../engine/analysis-results.ts'
import type { Engine } from '../engine/engine.ts'
import { rebuildStep } from '../search/rebuild.ts'

/** It may take so many times what it took with a copy: others use the machine as well. */
const allowance = 1.5
/** Of the free disk that the hub writes to as well, bytes. */
const leftAlone = 16 * 1024 ** 2

/** Why an index was not made anew, in words. */
export interface NotRebuilt {
  readonly index: string
  readonly reason: string
  /** Whether that only holds for a live database. */
  readonly onlyLive?: boolean
}

/** Full-text indexes that are about to be made anew, measured. */
export interface Rebuilding {
  /** Those that may be. */
  readonly indexes: readonly string[]
  readonly before: Outcome<readonly MeasuredSearch[]>
  readonly refused: readonly NotRebuilt[]
  /** What came of it, by the file at `path` with the new ones. */
  end(path: string, notRebuilt: readonly NotRebuilt[]): Promise<RebuiltIndex[]>
}

type Measuring = Pick<Engine, 'measureSearch'>

/** Measures the indexes of a file at rest that are to be made anew, and leaves out those that never may be. */
export async function beginRebuild(
  engine: Measuring,
  path: string,
  wanted: readonly string[],
): Promise<Rebuilding> {
  if (wanted.length === 0) {
    return rebuildingOf(engine, [], { state: 'done', value: [] }, [])
  }
  const before = await engine.measureSearch(
    path,
    wanted.map((index) => ({ index, sql: null })),
  )
  // A file of which not even that can be told is not worked on.
  const refused =
    before.state === 'done'
      ? before.value.flatMap(({ index, refused: reason }) => (reason === null ? [] : [{ index, reason }]))
      : wanted.map((index) => ({ index, reason: reasonOf(before) }))
  return rebuildingOf(engine, wanted, before, refused)
}

/** What rebuilding in a live database may take. */
export interface RebuildLimits {
  readonly lockBudgetSeconds: number
  /** Free on the disk of the database, bytes. */
  readonly freeBytes: number
}

/**
 * Leaves out what would lock writers out for too long, or fill the disk, by rebuilding in a copy; the copy is
 * changed.
 */
export async function withinLimits(
  engine: Measuring & Pick<Engine, 'rehearseRebuild'>,
  copy: string,
  { before, indexes, refused }: Rebuilding,
  { freeBytes, lockBudgetSeconds }: RebuildLimits,
): Promise<Rebuilding> {
  const wanted = [...indexes, ...refused.map(({ index }) => index)]
  const rehearsed = await engine.rehearseRebuild(copy, indexes)
  let left = freeBytes - leftAlone
  const why = (index: string): Omit<NotRebuilt, 'index'> | null => {
    if (rehearsed.state !== 'done') {
      const reason = `rebuilding did not work with a copy: ${reasonOf(rehearsed)}`
      return { reason }
    }
    const found = rehearsed.value.find((each) => each.index === index)
    if (found === undefined || found.lockSeconds === null) {
      return { reason: found?.refused ?? 'it was not rehearsed' }
    }
    const needed = found.lockSeconds * allowance
    if (needed > lockBudgetSeconds) {
      const [takes, budget] = [formatDuration(seconds(needed)), formatDuration(seconds(lockBudgetSeconds))]
      const reason = `it may lock writers out for ${takes}; database.vacuum.lockBudgetSeconds is ${budget}`
      return { reason, onlyLive: true }
    }
    // Without a log, what was there goes into a journal first.
    const bytes = (found.diskBytes + bytesOf(before, index)) * allowance
    if (bytes > left) {
      const reason = `it may take ${formatBytes(bytes)} of the disk of the database, with ${formatBytes(leftAlone)} to spare, where ${formatBytes(freeBytes)} are free`
      return { reason }
    }
    left -= bytes
    return null
  }
  const tooMuch = indexes.flatMap((index): NotRebuilt[] => {
    const reason = why(index)
    return reason === null ? [] : [{ index, ...reason }]
  })
  return rebuildingOf(engine, wanted, before, [...refused, ...tooMuch])
}

const bytesOf = (before: Rebuilding['before'], index: string): number =>
  before.state === 'done' ? (before.value.find((each) => each.index === index)?.bytes ?? 0) : 0

function rebuildingOf(
  engine: Measuring,
  wanted: readonly string[],
  before: Rebuilding['before'],
  refused: readonly NotRebuilt[],
): Rebuilding {
  const left = new Set(refused.map(({ index }) => index))
  return {
    indexes: wanted.filter((index) => !left.has(index)),
    before,
    refused,
    async end(path, notRebuilt) {
      if (wanted.length === 0) return []
      const measured = before.state === 'done' ? before.value : []
      const after = await engine.measureSearch(
        path,
        wanted.map((index) => ({ index, sql: sqlOf(measured, index) })),
      )
      return wanted.map((index) => {
        const then = measured.find((each) => each.index === index)
        const now = after.state === 'done' ? after.value.find((each) => each.index === index) : undefined
        const why = [...refused, ...notRebuilt].find((each) => each.index === index)
        return {
          index,
          refused: why?.reason ?? null,
          ...(why?.onlyLive === true ? { atRest: true } : {}),
          bytesBefore: then?.bytes ?? null,
          bytesAfter: now?.bytes ?? null,
          searchBefore: then?.seconds ?? null,
          searchAfter: now?.seconds ?? null,
        }
      })
    },
  }
}

const sqlOf = (measured: readonly MeasuredSearch[], index: string): string | null =>
  measured.find((each) => each.index === index)?.sql ?? null

/** Those that could not be made anew in a live database, by its steps. */
export const notRebuiltIn = (steps: readonly InPlaceStep[]): NotRebuilt[] =>
  steps.flatMap(({ name, unfinished }) => {
    const prefix = rebuildStep('')
    return unfinished !== null && name.startsWith(prefix)
      ? [{ index: name.slice(prefix.length), reason: unfinished }]
      : []
  })
