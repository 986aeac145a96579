import {
  type Backup,
  type BackupList,
  type Decision,
  type Deletion,
  describeCount,
  describePlan,
  describeStop,
  type Figure,
  type Finding,
  figure,
  finding,
  holdFinding,
  linesOf,
  planRetention,
  type RetentionPlan,
  type StrayBackup,
} from '@hubkeeper/core'
import { type CleanupContext, type Deleted, hasFailed, lineOf, whyNothing } from './context.ts'

/** What retention found and did, as a part of the report. */
export interface RetentionResult {
  readonly findings: readonly Finding[]
  readonly figures: readonly Figure[]
}

/** The backups there are, and what is to become of each. */
export interface BackupPlan {
  readonly list: BackupList
  readonly plan: RetentionPlan
}

/** Decides which backups are kept; deletes nothing. */
export async function planBackups({ at, backups, hub, progress }: CleanupContext): Promise<BackupPlan> {
  progress.step('Planning which backups to keep')
  const list = await backups.list()
  const currentAt = (await backups.newestProven(list.backups))?.currentAt ?? null
  return { list, plan: planRetention({ hub, list, currentAt, at }) }
}

/** Deletes the backups that the plan said, and nothing else. */
export async function retain(context: CleanupContext, { list, plan }: BackupPlan): Promise<RetentionResult> {
  const { at, backups, ledger } = context
  const hold = await ledger.hold()
  const held = hold === null ? [] : [holdFinding(hold, at)]
  const why =
    whyNothing(context) ??
    (hold === null ? null : `held ${describeStop(hold)}`) ??
    (plan.blocked === null ? null : `nothing is deleted: ${plan.blocked}`)
  const notes = [list.pinsUnreadable, plan.blocked, describeCount(plan, at)].filter((note) => note !== null)
  if (why !== null) {
    const evidence = [...notes, ...linesOf(plan)]
    const actual = `${why}; ${describePlan(plan)}`
    return {
      findings: [finding('retention.applied', statusOf(list, 'skipped'), { actual, evidence }), ...held],
      figures: figuresOf(list, ''),
    }
  }
  const deleted = await apply(context, plan)
  const rest = await backups.list()
  const gone = deleted.filter(({ outcome }) => outcome.state === 'deleted').length
  const status = hasFailed(deleted) ? 'warning' : statusOf(list, 'ok')
  return {
    findings: [
      finding('retention.applied', status, {
        expected: deleted.length,
        actual: gone,
        evidence: [
          ...notes,
          ...deleted.map(({ of, outcome }) => lineOf(of.id, outcome, of.reasons)),
          ...linesOf(plan).filter((line) => line.startsWith('keep ')),
        ],
      }),
    ],
    figures: [...figuresOf(list, ''), ...figuresOf(rest, '-after')],
  }
}

/** Without knowing what is marked, nothing can be deleted: that is nothing to pass over. */
const statusOf = ({ pinsUnreadable, quarantineUnreadable }: BackupList, otherwise: 'ok' | 'skipped') =>
  pinsUnreadable === null && quarantineUnreadable === null ? otherwise : 'warning'

interface Planned {
  readonly id: string
  readonly reasons: string
}

/** Deletes what the plan said, one after the other; goes on past one that could not be. */
async function apply(context: CleanupContext, plan: RetentionPlan): Promise<Deleted<Planned>[]> {
  const { backups } = context
  return [
    ...(await deleteAll(context, plan.backups, ({ manifest }: Backup) => manifest.id, backups.delete)),
    ...(await deleteAll(context, plan.strays, ({ id }: StrayBackup) => id, backups.deleteStray)),
  ]
}

async function deleteAll<T>(
  { ledger, progress }: CleanupContext,
  decisions: readonly Decision<T>[],
  idOf: (of: T) => string,
  remove: (of: T) => Promise<Deletion>,
): Promise<Deleted<Planned>[]> {
  const deleted: Deleted<Planned>[] = []
  for (const { of, reasons } of decisions.filter(({ keep }) => !keep)) {
    const id = idOf(of)
    progress.step(`Deleting backup ${id}`)
    const hold = await ledger.hold()
    const outcome: Deletion =
      hold === null ? await remove(of) : { state: 'kept', reason: `held meanwhile ${describeStop(hold)}` }
    deleted.push({ of: { id, reasons: reasons.join('; ') }, outcome })
  }
  return deleted
}

/** How many backups there are, and what they and the parts of others take. */
function figuresOf({ backups, strays }: BackupList, suffix: '' | '-after'): Figure[] {
  const bytes = [...backups.map(({ manifest }) => manifest), ...strays].reduce(
    (sum, part) => sum + part.bytes,
    0,
  )
  return [
    figure(`retention.backups${suffix}`, backups.length, 'count'),
    figure(`retention.size${suffix}`, bytes, 'bytes'),
  ]
}
