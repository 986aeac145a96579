import type { HubConfig } from '../config/schema.ts'
import { type ThresholdOverrides, thresholdsOf } from '../finding.ts'
import type { Expectations } from '../ledger/expectations.ts'
import type { LedgerHolder, LedgerReader } from '../ledger/levels.ts'
import type { Freeze } from '../ledger/record.ts'
import type { Backup, BackupList, BackupReader, BackupWriter, Proof } from '../ports/backups.ts'
import type { Finding } from '../report.ts'
import { type Use, usesOf } from './allowance.ts'
import { historyBefore } from './history.ts'
import { type ContentJudgement, type ContentQuestion, judgeContent } from './judge.ts'
import { type Quarantined, quarantineFindings, standingQuarantines } from './quarantine.ts'

/** What content is judged with. */
export interface GuardContext {
  readonly hub: Pick<HubConfig, 'thresholds'>
  readonly ledger: Pick<LedgerReader, 'expectations'>
}

/** A proof, with what was said of the content. */
export interface GuardedProof {
  readonly proof: Proof
  readonly vanished: readonly Finding[]
}

/** Judges content by the backups there are (`docs/backups.md`). */
export async function judgeAgainstBackups(
  { hub, ledger }: GuardContext,
  question: Pick<ContentQuestion, 'content' | 'takenAt' | 'backups'>,
): Promise<ContentJudgement> {
  return judgeContent({
    ...question,
    expectations: await ledger.expectations(),
    thresholds: hub.thresholds,
  })
}

/** Which expectations came true, by the backups there are. */
export function expectationUses(
  expectations: Expectations,
  backups: readonly Backup[],
  thresholds: ThresholdOverrides,
  at: Date,
): readonly Use[] {
  const { warning } = thresholdsOf('content.vanished', thresholds)
  return usesOf(expectations, historyBefore(backups, at, expectations), warning)
}

/** Proves a new backup; one from which content vanished is in quarantine before it is certified. */
export async function proveGuarded(
  context: GuardContext & { readonly backups: Pick<BackupWriter, 'prove'> },
  backup: Backup,
): Promise<GuardedProof> {
  const vanished: Finding[] = []
  const proof = await context.backups.prove(backup, async (content, backups) => {
    const takenAt = new Date(backup.manifest.takenAt)
    const { findings, objection } = await judgeAgainstBackups(context, { content, takenAt, backups })
    vanished.push(...findings)
    return objection
  })
  return { proof, vanished }
}

/** What puts retention on hold. */
interface HoldContext {
  readonly backups: Pick<BackupReader, 'list' | 'newestProven'>
  readonly dryRun: boolean
  readonly ledger: Pick<LedgerHolder, 'placeHold'>
  readonly now: () => Date
}

/**
 * Puts retention on hold while a quarantine stands, also one that another run left without; a hold that is
 * there stays as it is.
 *
 * @param among the backups there are, where they were listed already
 * @returns what stands in quarantine
 */
export async function holdForQuarantine(
  { backups, dryRun, ledger, now }: HoldContext,
  among?: BackupList,
): Promise<Finding[]> {
  const list = among ?? (await backups.list())
  const currentAt = (await backups.newestProven(list.backups))?.currentAt ?? null
  const at = now()
  const last = standingQuarantines(list.backups, currentAt, at).at(-1)
  if (last !== undefined && !dryRun) await ledger.placeHold(holdFor(last, at))
  return quarantineFindings(list, currentAt, at)
}

const maxReason = 500

function holdFor({ manifest: { id }, quarantine }: Quarantined, since: Date): Freeze {
  const reason = `content vanished from backup ${id}: ${quarantine.reason}`
  return {
    reason: reason.length <= maxReason ? reason : `${reason.slice(0, maxReason - 1)}…`,
    by: 'hubkeeper',
    since: since.toISOString(),
    until: null,
  }
}
