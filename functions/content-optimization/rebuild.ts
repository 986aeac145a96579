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
import { preservedFinding } from '../database-maintenance/preserved.ts'
import { publishRewritten } from '../database-maintenance/rewrite.ts'
import type { ContentContext } from './context.ts'
import type { SearchPlan } from './plan.ts'

/** What became of the full-text tables of a database. */
export interface Rebuilding extends Part {
  /** Those that are as they were, each with why. */
  readonly refused: ReadonlyMap<string, string>
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
  progress.step(`Making search indexes anew: ${[...plan.rebuild.keys()].join(', ')}`)
  const rewritten = await database.rewrite(snapshot, {
    analyze: false,
    searchIndexes: [],
    rebuild: [...plan.rebuild.keys()],
    mend: plan.mend,
  })
  if (rewritten.state !== 'done') {
    refuseCircumstances(rewritten)
    return { ...only(unreadable(rewritten, database.key)), refused: new Map(), rebuilt: [] }
  }
  const copy = rewritten.value
  const reasons = [...plan.rebuild].map(([name, why]) => `${name}: ${why}`)
  const mended = mendedContent(before, copy, plan.mend)
  const published = await publishRewritten(context, snapshot, mended ?? before, rewritten, {
    wanted: true,
    reasons,
    searchIndexes: [],
    leastGain: null,
  })
  const done = outcomesOf(plan, copy.rebuilt ?? [])
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
  return { ...part, refused: done.refused, rebuilt: isPublished ? done.rebuilt : [] }
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
  return differing.every((name) => own.has(name)) ? digest : null
}

/** Makes full-text tables anew inside a live database, each under one lock within the budget. */
export async function rebuildInPlace(
  context: ContentContext,
  { backup, plan, snapshot }: RebuildOrder,
): Promise<Rebuilding> {
  const { database, hub, progress } = context
  // Scratch disk is wanted for the snapshots before and after.
  await snapshot.dispose()
  progress.step(`Making search indexes anew in place: ${[...plan.rebuild.keys()].join(', ')}`)
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
    return { ...only(unreadable(work, database.key)), refused: new Map(), rebuilt: [] }
  }
  const { after, before, rebuilt = [], steps } = work.value
  const [then, now] = [await before.examine(['digest']), await after.examine(['digest'])]
  await Promise.all([before.dispose(), after.dispose()])
  const done = outcomesOf(plan, rebuilt, steps)
  const longest = Math.max(0, ...steps.map(({ longestLockSeconds }) => longestLockSeconds))
  const part = together([
    only(preservedFinding(database.key, work.value, then.digest, now.digest, backup)),
    done,
    { findings: [], figures: [figure('database.lock-time', longest, 'seconds', database.key)] },
  ])
  return { ...part, refused: done.refused, rebuilt: done.rebuilt }
}

function outcomesOf(
  plan: SearchPlan,
  rebuilt: readonly RebuiltIndex[],
  steps: readonly InPlaceStep[] = [],
): Rebuilding {
  const parts = [...plan.rebuild].map(([name, why]) => {
    const index = rebuilt.find((each) => each.index === name)
    const own = steps.filter((step) => step.name.includes(name))
    return index === undefined
      ? { ...only(notRebuilt(name, why, 'nothing is known of it')), refused: 'nothing is known of it', name }
      : { ...partOf(index, why, own), refused: index.refused, name }
  })
  const refused = new Map(
    parts.flatMap(({ name, refused: no }) => (no === null ? [] : [[name, no] as const])),
  )
  return { ...together(parts), refused, rebuilt: rebuilt.filter((each) => each.refused === null) }
}

const notRebuilt = (subject: string, why: string, actual: string): Finding =>
  finding('search-index.rebuilt', 'warning', {
    subject,
    expected: 'made anew',
    actual,
    evidence: [why],
    advice: 'see the reason; let the server be stopped for it: control.maintenance in hubkeeper.json',
  })

function partOf(index: RebuiltIndex, why: string, steps: readonly InPlaceStep[]): Part {
  const { bytesAfter, bytesBefore, index: subject, refused, searchAfter, searchBefore } = index
  if (refused !== null) return only(notRebuilt(subject, why, refused))
  const measures = [
    { name: 'bytes', was: bytesBefore, is: bytesAfter, unit: 'bytes', words: formatBytes },
    { name: 'search', was: searchBefore, is: searchAfter, unit: 'seconds', words: inSeconds },
  ] as const
  return {
    findings: [
      finding('search-index.rebuilt', 'ok', {
        subject,
        actual: measures
          .flatMap(({ is, was, words }) =>
            is === null || was === null ? [] : [`${words(was)} to ${words(is)}`],
          )
          .join(', '),
        evidence: [
          why,
          ...measures.flatMap(({ is, name, was, words }) =>
            is === null || was === null
              ? [`${name}: not to be told`]
              : [`${name}: ${words(was)} before, ${words(is)} after`],
          ),
          ...steps.map(
            ({ longestLockSeconds, name }) =>
              `${name}: writers were held out for ${inSeconds(longestLockSeconds)}`,
          ),
        ],
      }),
    ],
    figures: measures.flatMap(({ is, name, unit, was }) => [
      ...(was === null ? [] : [figure(`search-index.${name}-before`, was, unit, subject)]),
      ...(is === null ? [] : [figure(`search-index.${name}-after`, is, unit, subject)]),
    ]),
  }
}

const inSeconds = (value: number): string => formatDuration(seconds(value))
