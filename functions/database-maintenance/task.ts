import {
  type Context,
  certifiedFinding,
  databaseFindings,
  defineTask,
  type Examination,
  finding,
  gibibytes,
  isProof,
  minutes,
  PreconditionFailedError,
  refuseCircumstances,
  type TaskResult,
  unreadable,
  usedFindings,
  weekly,
} from '@hubkeeper/core'
import * as z from 'zod'
import { optimizeLive } from './live.ts'
import { rewrite } from './rewrite.ts'
import { statisticsFigures } from './statistics.ts'

const access = { database: 'maintain', backups: 'write', metrics: 'read' } as const

/** What database maintenance works with. */
export type MaintenanceContext = Context<typeof access>

const inputSchema = z.strictObject({
  force: z.boolean().default(false).describe('rewrite the database even when that gains nothing'),
  analyze: z.boolean().default(false).describe('a full ANALYZE instead of PRAGMA optimize'),
})

/** See {@link databaseMaintenance}. */
export type MaintenanceInput = z.output<typeof inputSchema>

const maxAttempts = 3

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
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      try {
        return await maintain(context, input)
      } catch (error) {
        // The database was written meanwhile: what was read is stale, so start over.
        if (!(error instanceof PreconditionFailedError)) throw error
        context.progress.step(
          `${context.database.key} changed meanwhile (attempt ${attempt} of ${maxAttempts})`,
        )
      }
    }
    const actual = `it changed during each of ${maxAttempts} attempts; nothing was replaced`
    const subject = context.database.key
    return { findings: [finding('custody.contended', 'warning', { subject, expected: 'at rest', actual })] }
  },
})

async function maintain(context: MaintenanceContext, input: MaintenanceInput): Promise<TaskResult> {
  const { backups, database, dryRun, progress } = context
  progress.step(database.authority === 'server' ? 'Taking a snapshot' : 'Reading the database')
  const snapshot = await database.snapshot()
  if (snapshot.state !== 'done') {
    refuseCircumstances(snapshot)
    return { findings: [unreadable(snapshot, database.key)] }
  }
  const signs = await database.signsOfUse()
  const newest = await backups.newestProven()
  const baseline = newest?.backup.certificate?.foreignKeyViolations ?? null
  if (dryRun) {
    progress.step('Checking the snapshot')
    const examination = await snapshot.value.examine([...planParts])
    return plan(context, examination, baseline)
  }
  progress.step('Backing it up')
  const stored = await backups.create(snapshot.value, 'maintenance')
  progress.step('Reading the backup back and proving it')
  const { certificate, examination } = await backups.prove(stored)
  const findings = [certifiedFinding(certificate), ...usedFindings(signs, database.key)]
  const artifacts = [{ kind: 'backup', key: stored.manifest.key, bytes: stored.manifest.bytes }]
  if (examination === null) return { findings, artifacts }
  findings.push(...databaseFindings(examination, database.key, baseline))
  const figures = await statisticsFigures(context, examination)
  if (!isProof(certificate)) {
    // Rewriting what is not sound, or cannot be compared, could lose what is left of it.
    const actual = `skipped: its backup only reached level ${certificate.level}`
    findings.push(finding('database.compaction', 'skipped', { subject: database.key, actual }))
    return { findings, figures, artifacts }
  }
  const done =
    snapshot.value.sourceEtag === null
      ? await optimizeLive(context, input, examination)
      : await rewrite(context, input, snapshot.value, examination)
  return { findings: [...findings, ...done.findings], figures: [...figures, ...done.figures], artifacts }
}

const planParts = [
  'structure',
  'integrity',
  'foreign-keys',
  'search-indexes',
  'hazards',
  'statistics',
] as const

/** What a run would do, from a look at a snapshot. */
async function plan(
  context: MaintenanceContext,
  examination: Examination,
  baseline: number | null,
): Promise<TaskResult> {
  const { key } = context.database
  const actual = 'dry run: it would be backed up, proven and, where that gains something, rewritten'
  return {
    findings: [
      ...databaseFindings(examination, key, baseline),
      finding('database.compaction', 'skipped', { subject: key, actual }),
    ],
    figures: await statisticsFigures(context, examination),
  }
}
