import {
  type Finding,
  finding,
  HubkeeperError,
  only,
  PreconditionFailedError,
  reasonOf,
  type Snapshot,
} from '@hubkeeper/core'
import type { ContentContext, ContentInput } from './context.ts'
import type { JudgedIndexFile } from './json-files.ts'
import { indexFileFinding } from './json-findings.ts'
import { withLostRows } from './lost-rows.ts'
import { planSearch, type SearchPlan } from './plan.ts'
import type { Rebuilding } from './rebuild.ts'
import { mayStop, rebuildWhere } from './rebuild-where.ts'
import { isToRegenerate, regenerateIndex } from './regenerate.ts'
import { reindexByHub } from './reindex.ts'
import { keepSafetyBackup, type SafetyBackup } from './safety.ts'
import { lookAtSearchTables, type SearchTables } from './search-tables.ts'
import { plain } from './words.ts'

/** What a run sees before it changes anything. */
export interface Sight {
  readonly snapshot: Snapshot
  readonly tables: SearchTables
  readonly files: readonly JudgedIndexFile[]
  /** What says that somebody uses a database that nobody should have open. */
  readonly signs: readonly Finding[]
  /** Nobody has the database open, and a copy may take its place. */
  readonly atRest: boolean
}

/** What was done, part by part. */
export interface Changes {
  readonly safety: Omit<SafetyBackup, 'backup'>
  /** Null where no full-text index was to be made anew, or might be. */
  readonly rebuilding: Rebuilding | null
  /** How the full-text tables are since; null where they are as they were. */
  readonly after: SearchTables | null
  readonly untouched: readonly Finding[]
  readonly fileFindings: readonly Finding[]
  readonly reindexed: ReturnType<typeof only>
}

/** Changes what is to be changed, once a backup of everything is proven. */
export async function change(context: ContentContext, input: ContentInput, sight: Sight): Promise<Changes> {
  const { dryRun, hub } = context
  const plan = planFor(context, input, sight)
  const told = sight.files.map((file) => indexFileFinding(hub, file))
  const reindexes = hub.analysis.searchIndex.reindex !== undefined && hub.api !== undefined
  const stops = plan.waiting.size > 0 && mayStop(context)
  const rebuilds = plan.rebuild.size > 0 || stops
  const regenerates = sight.files.some((file) => isToRegenerate(context, file))
  const nothing: Changes = {
    safety: { findings: [] },
    rebuilding: null,
    after: null,
    untouched: leftFindings(plan),
    fileFindings: told,
    reindexed: only(),
  }
  if (dryRun) {
    const would = sight.files.filter((file) => isToRegenerate(context, file)).map(({ file }) => file.key)
    return {
      ...nothing,
      untouched: [...leftFindings(stops ? whenStopped(plan) : plan), ...wouldFindings(plan, would)],
      reindexed: await reindexByHub(context),
    }
  }
  if (!rebuilds && !regenerates && !reindexes) {
    return {
      ...nothing,
      fileFindings: await eachFile(context, sight.files),
      reindexed: await reindexByHub(context),
    }
  }
  const { digest } = await sight.snapshot.examine(['digest'])
  const before = digest.state === 'done' ? digest.value : null
  const unproven = digest.state === 'done' ? [] : unprovenFindings(plan, reasonOf(digest))
  const { backup, ...safety } = await keepSafetyBackup(context, sight.snapshot, before?.value ?? null)
  if (backup === null) return { ...nothing, safety }
  const done =
    before === null || !rebuilds
      ? null
      : await rebuildWhere(context, input, sight, {
          plan,
          snapshot: sight.snapshot,
          before,
          backup: backup.manifest.id,
        })
  const after = done === null ? null : await lookAgain(context, done)
  const rebuilding = done === null ? null : { ...done, ...withLostRows(done, sight.tables, after) }
  const isSaid = ({ subject }: Finding): boolean =>
    (rebuilding?.findings ?? []).some(
      (each) => each.check === 'search-index.rebuilt' && each.subject === subject,
    )
  // Nothing may begin anew from here: the hub is asked once.
  return {
    ...nothing,
    safety,
    rebuilding,
    after,
    untouched: [...nothing.untouched.filter((each) => !isSaid(each)), ...unproven],
    fileFindings: await eachFile(context, sight.files),
    reindexed: await reindexByHub(context),
  }
}

async function eachFile(context: ContentContext, files: readonly JudgedIndexFile[]): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const file of files) findings.push(...(await regenerateIndex(context, file)))
  return findings
}

/** The plan for where the database is. */
function planFor({ database }: ContentContext, input: ContentInput, { atRest, tables }: Sight): SearchPlan {
  const plan = planSearch(tables, input, atRest)
  const why = database.replica
    ? 'it is what the hub’s server pushed: that is up to the keeper on that machine'
    : !atRest && database.authority !== 'server'
      ? 'the database is in use: only SQLite may touch it until that is resolved'
      : null
  if (why === null) return plan
  const left = new Map([...plan.left, ...[...plan.rebuild.keys()].map((name) => [name, why] as const)])
  return { rebuild: new Map(), mend: [], left, sound: plan.sound, waiting: new Set() }
}

/** For a dry run: what waits for the server to be stopped. */
const whenStopped = (plan: SearchPlan): SearchPlan => ({
  ...plan,
  left: new Map(
    [...plan.left].map(([name, why]) => [
      name,
      plan.waiting.has(name)
        ? 'dry run: its server would be stopped, and it would be backed up, proven and given the rows of its source'
        : why,
    ]),
  ),
})

const leftFindings = ({ left, sound }: SearchPlan): Finding[] =>
  [...left].map(([name, actual]) =>
    finding('search-index.rebuilt', sound.has(name) ? 'ok' : 'skipped', { subject: plain(name), actual }),
  )

/** Without a digest nothing proves that the content stays the same. */
const unprovenFindings = ({ rebuild }: SearchPlan, reason: string): Finding[] =>
  [...rebuild].map(([name, why]) =>
    finding('search-index.rebuilt', 'unknown', {
      subject: plain(name),
      expected: 'made anew',
      actual: `the content cannot be told apart from another: ${reason}`,
      evidence: [why],
    }),
  )

const wouldFindings = ({ rebuild }: SearchPlan, files: readonly string[]): Finding[] => [
  ...[...rebuild].map(([name, why]) =>
    finding('search-index.rebuilt', 'skipped', {
      subject: plain(name),
      actual: `dry run: it would be backed up, proven and made anew: ${why}`,
    }),
  ),
  ...files.map((subject) =>
    finding('search-index.rebuilt', 'skipped', { subject, actual: 'dry run: it would be written anew' }),
  ),
]

/** How the full-text tables are since something was done; null where nothing was. */
async function lookAgain(context: ContentContext, { rebuilt }: Rebuilding): Promise<SearchTables | null> {
  if (rebuilt.length === 0) return null
  try {
    const snapshot = await context.database.snapshot()
    if (snapshot.state !== 'done') return null
    const tables = await lookAtSearchTables(context, snapshot.value, true)
    await snapshot.value.dispose()
    return tables
  } catch (error) {
    // Somebody writes it by now, or there is no room for another snapshot: what was done is told all the same.
    if (error instanceof PreconditionFailedError) return null
    if (error instanceof HubkeeperError && error.code === 'no-space') return null
    throw error
  }
}
