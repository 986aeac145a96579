import {
  certifiedFinding,
  copyKeptFiles,
  databaseFindings,
  defineTask,
  type Examination,
  examinationParts,
  type Figure,
  type Finding,
  finding,
  gibibytes,
  holdForQuarantine,
  isProof,
  type KeptFiles,
  minutes,
  type Outcome,
  type Proof,
  proveGuarded,
  type RewrittenCopy,
  refuseCircumstances,
  type Snapshot,
  startLeftStopped,
  type TaskResult,
  unreadable,
  usedFindings,
  weekly,
  whileStopped,
} from '@hubkeeper/core'
import { untilUncontended } from './contended.ts'
import { access, inputSchema, type MaintenanceContext, type MaintenanceInput } from './context.ts'
import { describePlan, maintainLive, planLive, vacuumRefused } from './live.ts'
import { decideRewrite, publishRewritten, type RewriteDecision } from './rewrite.ts'
import { statisticsFigures } from './statistics.ts'
import { needsStop } from './stopping.ts'

/** Backs the database up, checks it and makes it compact, with proof that its content is the same. */
export const databaseMaintenance = defineTask({
  name: 'database-maintenance',
  title: 'Weekly database maintenance',
  summary: 'Backup, integrity, VACUUM, optimize, full-text optimize, statistics, with proof of equal content',
  schedule: weekly('sunday', '14:15'),
  access,
  limits: { memory: 1769, timeout: minutes(15), scratch: gibibytes(10) },
  writes: true,
  input: inputSchema,
  async run(context, input) {
    const { control, database, dryRun, progress } = context
    const left = await startLeftStopped(control, dryRun)
    const maintainContended = (own: MaintenanceContext) => untilUncontended(own, () => maintain(own, input))
    if (!(await needsStop(context, input))) return withFindings(left, await maintainContended(context))
    progress.step('Stopping the server')
    const resting = { ...context, database: database.atRest() }
    return withFindings(left, await whileStopped(control, () => maintainContended(resting)))
  },
})

const withFindings = (findings: readonly Finding[], result: TaskResult): TaskResult => ({
  ...result,
  findings: [...findings, ...result.findings],
})

async function maintain(context: MaintenanceContext, input: MaintenanceInput): Promise<TaskResult> {
  const { backups, database, dryRun, progress } = context
  progress.step(database.authority === 'server' ? 'Taking a snapshot' : 'Reading the database')
  const snapshot = await database.snapshot()
  if (snapshot.state !== 'done') {
    refuseCircumstances(snapshot)
    return { findings: [unreadable(snapshot, database.key)] }
  }
  const signs = usedFindings(await database.signsOfUse(), database.key)
  const newest = await backups.newestProven()
  const baseline = newest?.backup.certificate?.foreignKeyViolations ?? null
  // What a journal holds is part of the content: a copy without it must not take its place.
  const atRest = snapshot.value.sourceEtag !== null && !database.replica && signs.length === 0
  if (dryRun) return plan(context, input, snapshot.value, { atRest, baseline, signs })
  const decision = atRest ? await decide(context, input, snapshot.value) : null
  const kept = await copyKeptFiles(context)
  progress.step('Backing it up and proving the backup')
  // Both only read the snapshot, so the copy is made while the backup is proven.
  const [{ proof, stored, vanished }, rewritten] = await Promise.all([
    storeAndProve(context, snapshot.value, kept),
    decision?.wanted ? database.rewrite(snapshot.value, { ...decision, analyze: input.analyze }) : null,
  ])
  const { certificate, examination } = proof
  const findings = [
    certifiedFinding(certificate),
    ...signs,
    ...vanished,
    ...(await holdForQuarantine(context)),
    ...kept.findings,
  ]
  const artifacts = [{ kind: 'backup', key: stored.manifest.key, bytes: stored.manifest.bytes }]
  if (examination === null) return { findings, artifacts }
  findings.push(...databaseFindings(examination, database.key, baseline))
  const figures = [...kept.figures, ...(await statisticsFigures(context, examination))]
  const done = await finish(context, input, { snapshot: snapshot.value, proof, decision, rewritten })
  return { findings: [...findings, ...done.findings], figures: [...figures, ...done.figures], artifacts }
}

/** What the proof and the rewritten copy allow, done; or why it was not. */
async function finish(
  context: MaintenanceContext,
  input: MaintenanceInput,
  { decision, proof, rewritten, snapshot }: Prepared,
): Promise<{ findings: Finding[]; figures: Figure[] }> {
  const skipped = (actual: string) => ({
    findings: [finding('database.compaction', 'skipped', { subject: context.database.key, actual })],
    figures: [],
  })
  const { certificate, examination, quarantine } = proof
  // What is left of it in the file is all there is, beside the backups.
  if (quarantine !== null) return skipped(`its backup is in quarantine: ${quarantine.reason}`)
  // Rewriting what is not sound, or cannot be compared, could lose what is left of it.
  if (!isProof(certificate) || examination?.digest.state !== 'done') {
    return skipped(`its backup only reached level ${certificate.level}`)
  }
  if (context.database.replica) {
    return skipped(
      'it is what the hub’s server pushed: making it compact is up to the keeper on that machine',
    )
  }
  if (decision === null) {
    if (context.database.authority !== 'server')
      return skipped('a journal lies beside it: only SQLite may touch it until that is resolved')
    return maintainLive(context, input, { snapshot, before: examination, backup: certificate.backup })
  }
  if (!decision.wanted && decision.isCompact) {
    const actual = decision.reason
    return {
      findings: [finding('database.compaction', 'ok', { subject: context.database.key, actual })],
      figures: [],
    }
  }
  if (!decision.wanted || rewritten === null)
    return skipped(decision.wanted ? 'nothing was written' : decision.reason)
  return publishRewritten(context, snapshot, examination.digest.value, rewritten, decision)
}

/** Everything that was made before the hub is touched. */
interface Prepared {
  readonly snapshot: Snapshot
  readonly proof: Proof
  /** Null for a live database, which is not rewritten. */
  readonly decision: RewriteDecision | null
  readonly rewritten: Outcome<RewrittenCopy> | null
}

async function storeAndProve(context: MaintenanceContext, snapshot: Snapshot, { files }: KeptFiles) {
  const stored = await context.backups.create(snapshot, 'maintenance', files)
  return { stored, ...(await proveGuarded(context, stored)) }
}

async function decide(
  { progress }: MaintenanceContext,
  input: MaintenanceInput,
  snapshot: Snapshot,
): Promise<RewriteDecision> {
  progress.step('Looking at what a rewrite would gain')
  return decideRewrite(await snapshot.examine(['statistics']), snapshot.bytes, input)
}

/** What a run would do, from a look at a snapshot. */
async function plan(
  context: MaintenanceContext,
  input: MaintenanceInput,
  snapshot: Snapshot,
  { atRest, baseline, signs }: { atRest: boolean; baseline: number | null; signs: readonly Finding[] },
): Promise<TaskResult> {
  const { database, progress } = context
  progress.step('Checking the snapshot')
  const examination = await snapshot.examine(examinationParts)
  const next = await describeNext(context, input, { snapshot, examination, atRest })
  return {
    findings: [
      ...databaseFindings(examination, database.key, baseline),
      ...signs,
      finding('database.compaction', 'skipped', {
        subject: database.key,
        ...next,
        actual: `dry run: it would be backed up, proven and ${next.actual}`,
      }),
    ],
    figures: await statisticsFigures(context, examination),
  }
}

/** What would be done after the backup, as the rest of a sentence. */
async function describeNext(
  context: MaintenanceContext,
  input: MaintenanceInput,
  { atRest, examination, snapshot }: { atRest: boolean; examination: Examination; snapshot: Snapshot },
): Promise<{ actual: string; advice?: string }> {
  const { database } = context
  if (database.replica) return { actual: 'left to the keeper on the hub’s own machine' }
  if (atRest) {
    const decision = decideRewrite(examination, snapshot.bytes, input)
    return {
      actual: decision.wanted
        ? `rewritten: ${decision.reasons.join('; ')}`
        : `left as it is: ${decision.reason}`,
    }
  }
  if (database.authority !== 'server') return { actual: 'left as it is: it is in use' }
  const live = await planLive(context, input, { snapshot, before: examination })
  const refused = vacuumRefused(live.vacuum)
  const steps = ['optimised in place', ...describePlan(live)].join(', ')
  return refused === null ? { actual: steps } : { ...refused, actual: `${steps}; ${refused.actual}` }
}
