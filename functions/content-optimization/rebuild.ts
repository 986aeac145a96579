import {
  type ContentDigest,
  differingTables,
  type Finding,
  figure,
  finding,
  formatBytes,
  formatDuration,
  type InPlaceStep,
  only,
  type Part,
  type RebuiltIndex,
  type RewrittenCopy,
  refuseCircumstances,
  type SearchSource,
  type Snapshot,
  seconds,
  together,
  unreadable,
} from '@hubkeeper/core'
import { largeLogLines } from '../database-maintenance/live.ts'
import { preservedFinding } from '../database-maintenance/preserved.ts'
import { publishRewritten } from '../database-maintenance/rewrite.ts'
import type { ContentContext } from './context.ts'
import type { SearchPlan } from './plan.ts'
import { plain } from './words.ts'

/** What became of the full-text tables of a database. */
export interface Rebuilding extends Part {
  /** Those that are as they were, and could be made anew while nobody has the database open. */
  readonly waiting: ReadonlySet<string>
  readonly rebuilt: readonly RebuiltIndex[]
}

/** What is asked for, and what was there before. */
export interface RebuildOrder {
  readonly plan: SearchPlan
  readonly snapshot: Snapshot
  readonly before: ContentDigest
  /** Id of the backup that was made of it. */
  readonly backup: string
}

/** Makes full-text tables anew in a copy, and puts that in the place of a database that nobody has open. */
export async function rebuildAtRest(
  context: ContentContext,
  { before, plan, snapshot }: RebuildOrder,
): Promise<Rebuilding> {
  const { database, progress } = context
  progress.step(
    `Making search indexes anew: ${[...plan.rebuild.keys()].map((name) => plain(name)).join(', ')}`,
  )
  const rewritten = await database.rewrite(snapshot, {
    analyze: false,
    searchIndexes: [],
    rebuild: [...plan.rebuild.keys()],
    mend: plan.mend,
  })
  if (rewritten.state !== 'done') {
    refuseCircumstances(rewritten)
    return nothingRebuilt(unreadable(rewritten, database.key))
  }
  const copy = rewritten.value
  const done = outcomesOf(plan, copy.rebuilt ?? [])
  // A copy in which nothing is new is no reason to put another file in its place.
  if (done.rebuilt.length === 0) return done
  const reasons = [...plan.rebuild].map(([name, why]) => `${name}: ${why}`)
  const mended = mendedContent(before, copy, plan.mend)
  const published = await publishRewritten(context, snapshot, mended ?? before, rewritten, {
    wanted: true,
    reasons,
    searchIndexes: [],
    leastGain: null,
  })
  // Of what was not put in its place there is nothing to measure.
  const isPublished = copy.digest.value === (mended ?? before).value
  const findings = published.findings.map((each) =>
    mended !== null && each.check === 'content.preserved'
      ? {
          ...each,
          evidence: plan.mend.map(({ index, table }) => `rows of ${index} became those of ${table}`),
        }
      : each,
  )
  const part = together([{ findings, figures: published.figures }, isPublished ? done : only()])
  return { ...part, waiting: done.waiting, rebuilt: isPublished ? done.rebuilt : [] }
}

/**
 * The content that a copy ought to have whose indexes were given the rows of their source: the same in every
 * table but those that keep these rows. Null where nothing else but that was allowed to change.
 */
function mendedContent(
  before: ContentDigest,
  { digest }: RewrittenCopy,
  mend: readonly SearchSource[],
): ContentDigest | null {
  if (mend.length === 0) return null
  const own = new Set(mend.map(({ index }) => `${index}_content`))
  const differing = differingTables(digest.tables, before.tables)
  // Where no table differs, nothing else may either.
  return differing.length > 0 && differing.every((name) => own.has(name)) ? digest : null
}

/** Makes full-text tables anew inside a live database, each under one lock within the budget. */
export async function rebuildInPlace(
  context: ContentContext,
  { backup, plan }: RebuildOrder,
): Promise<Rebuilding> {
  const { database, hub, progress } = context
  progress.step(
    `Making search indexes anew in place: ${[...plan.rebuild.keys()].map((name) => plain(name)).join(', ')}`,
  )
  const work = await database.maintainInPlace({
    analyze: false,
    searchIndexes: [],
    rebuild: [...plan.rebuild.keys()],
    freePages: false,
    vacuum: false,
    lockBudgetSeconds: hub.database.vacuum.lockBudgetSeconds,
  })
  if (work.state !== 'done') {
    refuseCircumstances(work)
    return nothingRebuilt(unreadable(work, database.key))
  }
  const { after, before, rebuilt = [], steps, walBytes } = work.value
  const [then, now] = [await before.examine(['digest']), await after.examine(['digest'])]
  await Promise.all([before.dispose(), after.dispose()])
  const budget = hub.database.vacuum.lockBudgetSeconds
  const done = outcomesOf(plan, rebuilt, { steps, log: largeLogLines(walBytes), budget })
  const longest = Math.max(0, ...steps.map(({ longestLockSeconds }) => longestLockSeconds))
  const part = together([
    only(preservedFinding(database.key, work.value, then.digest, now.digest, backup)),
    done,
    { findings: [], figures: [figure('database.lock-time', longest, 'seconds', database.key)] },
  ])
  return { ...part, waiting: done.waiting, rebuilt: done.rebuilt }
}

/** What is known of work in a live database. */
interface Live {
  readonly steps: readonly InPlaceStep[]
  /** What is to be said of its log. */
  readonly log: readonly string[]
  /** How long writers may be held out at once, seconds. */
  readonly budget: number
}

function outcomesOf(
  plan: SearchPlan,
  rebuilt: readonly RebuiltIndex[],
  live: Live | null = null,
): Rebuilding {
  const known = [...plan.rebuild].map(([name, why]) => ({
    name,
    why,
    index: rebuilt.find((each) => each.index === name),
  }))
  const parts = known.map(({ index, name, why }) =>
    index === undefined
      ? only(notRebuilt(name, why, 'nothing is known of it', false))
      : partOf(index, why, live),
  )
  const waiting = known.flatMap(({ index, name }) => (index?.atRest === true ? [name] : []))
  return {
    ...together(parts),
    waiting: new Set(waiting),
    rebuilt: rebuilt.filter((each) => each.refused === null),
  }
}

/** Nothing was made anew, and why. */
export const nothingRebuilt = (...findings: Finding[]): Rebuilding => ({
  ...only(...findings),
  waiting: new Set(),
  rebuilt: [],
})

/** A step is called by what it does, in one word, and by the index. */
const isOf = ({ name }: InPlaceStep, index: string): boolean => name.slice(name.indexOf(' ') + 1) === index

const notRebuilt = (index: string, why: string, actual: string, waits: boolean): Finding =>
  finding('search-index.rebuilt', 'warning', {
    subject: plain(index),
    expected: 'made anew',
    actual,
    evidence: [why],
    advice: waits
      ? 'let the server be stopped for it: control.maintenance in hubkeeper.json; or raise database.vacuum.lockBudgetSeconds'
      : 'mend what the reason names; until then only the hub itself can make it anew',
  })

function partOf(index: RebuiltIndex, why: string, live: Live | null): Part {
  const { bytesAfter, bytesBefore, index: name, refused, searchAfter, searchBefore } = index
  const subject = plain(name)
  if (refused !== null) return only(notRebuilt(name, why, refused, index.atRest === true))
  const measures = [
    { name: 'bytes', was: bytesBefore, is: bytesAfter, unit: 'bytes', words: formatBytes },
    { name: 'search', was: searchBefore, is: searchAfter, unit: 'seconds', words: inSeconds },
  ] as const
  const own = live?.steps.filter((step) => isOf(step, name)) ?? []
  const isLate = own.some(({ longestLockSeconds }) => longestLockSeconds > (live?.budget ?? 0))
  return {
    findings: [
      finding('search-index.rebuilt', isLate ? 'warning' : 'ok', {
        subject,
        ...(isLate
          ? { expected: `a lock of at most ${inSeconds(live?.budget ?? 0)}`, advice: adviceOnLate }
          : {}),
        actual:
          measures
            .flatMap(({ is, was, words }) =>
              is === null || was === null ? [] : [`${words(was)} to ${words(is)}`],
            )
            .join(', ') || 'made anew',
        evidence: [
          why,
          ...measures.map(
            ({ is, name, was, words }) => `${name}: ${told(was, words)} before, ${told(is, words)} after`,
          ),
          ...own.map(
            ({ longestLockSeconds, name: step, unfinished }) =>
              `${plain(step)}: writers were held out for ${inSeconds(longestLockSeconds)}${unfinished === null ? '' : `; ${unfinished}`}`,
          ),
          ...(live?.log ?? []),
        ],
      }),
    ],
    figures: measures.flatMap(({ is, name, unit, was }) => [
      ...(was === null ? [] : [figure(`search-index.${name}-before`, was, unit, subject)]),
      ...(is === null ? [] : [figure(`search-index.${name}-after`, is, unit, subject)]),
    ]),
  }
}

const told = (value: number | null, words: (value: number) => string): string =>
  value === null ? 'not to be told' : words(value)

const adviceOnLate =
  'it took longer than with a copy: run it at a quieter time, or let the server be stopped for it: control.maintenance in hubkeeper.json'

const inSeconds = (value: number): string => formatDuration(seconds(value))
