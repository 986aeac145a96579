import {
  type Examination,
  type Figure,
  type Finding,
  figure,
  finding,
  formatBytes,
  type InPlaceStep,
  type InPlaceWork,
  integrityFinding,
  mebibytes,
  refuseCircumstances,
  type Snapshot,
  searchIndexFindings,
  unreadable,
} from '@hubkeeper/core'
import type { MaintenanceContext, MaintenanceInput } from './context.ts'
import { preservedFinding } from './preserved.ts'
import { decideVacuum, describeSeconds, type VacuumDecision } from './vacuum.ts'

/** A log of this size beside the database is worth a word, bytes. */
const largeLog = mebibytes(16)

/** What to do inside a live database. */
export interface LivePlan {
  readonly vacuum: VacuumDecision
  readonly searchIndexes: readonly string[]
  /** Free pages that incremental vacuum can give back. */
  readonly freePages: number
}

/** A snapshot that was backed up and proven, with what was seen in it. */
export interface ProvenSnapshot {
  readonly snapshot: Snapshot
  readonly before: Examination
  /** Id of the backup. */
  readonly backup: string
}

/** Decides what to do inside a live database; changes nothing. */
export async function planLive(
  context: MaintenanceContext,
  input: MaintenanceInput,
  { before, snapshot }: Omit<ProvenSnapshot, 'backup'>,
): Promise<LivePlan> {
  const { statistics, structure } = before
  const incremental = structure.state === 'done' && structure.value.autoVacuum === 'incremental'
  return {
    vacuum: await decideVacuum(context, input, snapshot, before),
    searchIndexes: statistics.state === 'done' ? statistics.value.fragmentedSearchIndexes : [],
    freePages: incremental ? structure.value.freelistPages : 0,
  }
}

/** Does for a live database what SQLite does safely under its own locks, and proves what came of it. */
export async function maintainLive(
  context: MaintenanceContext,
  input: MaintenanceInput,
  proven: ProvenSnapshot,
): Promise<{ findings: Finding[]; figures: Figure[] }> {
  const { database, hub, progress } = context
  const subject = database.key
  const plan = await planLive(context, input, proven)
  await proven.snapshot.dispose()
  progress.step(['Optimising in place', ...describePlan(plan)].join(', '))
  const work = await database.maintainInPlace({
    analyze: input.analyze,
    searchIndexes: plan.searchIndexes,
    freePages: plan.freePages > 0,
    vacuum: plan.vacuum.kind === 'wanted',
    lockBudgetSeconds: hub.database.vacuum.lockBudgetSeconds,
  })
  if (work.state !== 'done') {
    refuseCircumstances(work)
    return { findings: [unreadable(work, subject)], figures: [] }
  }
  progress.step('Comparing the contents')
  const { after, before } = work.value
  const [then, now] = await Promise.all([
    before.examine(['digest']),
    after.examine(['integrity', 'search-indexes', 'digest']),
  ])
  await Promise.all([before.dispose(), after.dispose()])
  return {
    findings: [
      preservedFinding(subject, work.value, then.digest, now.digest, proven.backup),
      ...[integrityFinding(now, subject), ...searchIndexFindings(now)].filter(isTrouble),
      compactionFinding(context, plan, work.value),
    ],
    figures: [
      figure('database.lock-time', longestLock(work.value.steps), 'seconds', subject),
      figure('database.size-after', after.bytes, 'bytes', subject),
    ],
  }
}

/** The snapshot before told what is sound: of the one after, only what is not is told. */
const isTrouble = ({ status }: Finding): boolean => status !== 'ok' && status !== 'skipped'

/** What the plan comes to besides fresh statistics, in words. */
export const describePlan = ({ freePages, searchIndexes, vacuum }: LivePlan): string[] => [
  ...(searchIndexes.length > 0 ? [`merging ${searchIndexes.join(', ')}`] : []),
  ...(freePages > 0 ? [`giving back ${freePages} free pages`] : []),
  ...(vacuum.kind === 'wanted' ? [`VACUUM in place (${vacuum.reasons.join('; ')})`] : []),
]

/** Why VACUUM is not run, with what to do about it; null when it is. */
export function vacuumRefused(vacuum: VacuumDecision): { actual: string; advice?: string } | null {
  if (vacuum.kind === 'wanted') return null
  if (vacuum.kind === 'pointless') return { actual: vacuum.reason }
  const gain = vacuum.gain === null ? 'an unknown amount' : `about ${formatBytes(Math.max(0, vacuum.gain))}`
  const rules = vacuum.refusals.map(({ reason, rule }) => `${rule}: ${reason}`).join('; ')
  return {
    actual: `VACUUM in place is refused (${rules}); it would give back ${gain}`,
    advice: vacuum.refusals.map(({ advice }) => advice).join('; '),
  }
}

/** The longest that writers were held out at a time, seconds. */
const longestLock = (steps: readonly InPlaceStep[]): number =>
  Math.max(0, ...steps.map(({ longestLockSeconds }) => longestLockSeconds))

function compactionFinding(
  { database, hub }: MaintenanceContext,
  plan: LivePlan,
  work: InPlaceWork,
): Finding {
  const subject = database.key
  const { after, before, steps, walBytes } = work
  const refused = vacuumRefused(plan.vacuum)
  const budget = hub.database.vacuum.lockBudgetSeconds
  const longest = longestLock(steps)
  const evidence = [
    ...(plan.vacuum.kind === 'wanted' ? plan.vacuum.reasons : []),
    ...steps.map(describeStep),
    `writers were held out for ${describeSeconds(longest)} at the longest, budget ${describeSeconds(budget)}`,
    ...largeLogLines(walBytes),
  ]
  const sizes = `${formatBytes(before.bytes)} to ${formatBytes(after.bytes)}`
  if (longest > budget) {
    return finding('database.compaction', 'warning', {
      subject,
      expected: `a lock of at most ${describeSeconds(budget)}`,
      actual: `writers were held out for ${describeSeconds(longest)}; ${refused?.actual ?? sizes}`,
      advice: 'move database.vacuum.window to quieter hours, or lower database.vacuum.lockBudgetSeconds',
      evidence,
    })
  }
  const smaller = plan.vacuum.kind === 'pointless' && after.bytes < before.bytes
  if (refused === null || smaller)
    return finding('database.compaction', 'ok', { subject, actual: sizes, evidence })
  const isCompact = plan.vacuum.kind === 'pointless' && plan.vacuum.isCompact
  return finding('database.compaction', isCompact ? 'ok' : 'skipped', { subject, ...refused, evidence })
}

/** What is to be said of the write-ahead log that is left; nothing of one of a usual size. */
export const largeLogLines = (walBytes: number): string[] =>
  walBytes > largeLog
    ? [`the write-ahead log is ${formatBytes(walBytes)} large: it is cut when no reader needs it any more`]
    : []

function describeStep({ lockSeconds, locks, longestLockSeconds, name, unfinished }: InPlaceStep): string {
  const held =
    locks > 1
      ? `${describeSeconds(lockSeconds)} in ${locks} locks, ${describeSeconds(longestLockSeconds)} at the longest`
      : describeSeconds(lockSeconds)
  return `${name}: ${locks === 0 ? 'not done' : held}${unfinished === null ? '' : `; ${unfinished}`}`
}
