import {
  type Backup,
  backupBytes,
  type Coverage,
  certifiedFinding,
  chainFindings,
  coverageFinding,
  type Finding,
  finding,
  formatBytes,
  type HubkeeperError,
  holdForQuarantine,
  type Proof,
  ProofUnfinishedError,
  proveGuarded,
  type TaskResult,
  unfinishedFinding,
} from '@hubkeeper/core'
import {
  bytesRead,
  chainAfter,
  coverageFigures,
  goneFinding,
  isTrouble,
  isUnread,
  stageFigures,
  strayFindings,
  unreadFinding,
  type VerifyContext,
} from './context.ts'
import { portionOf } from './portion.ts'

/** Proves what was never proven, and reads back what was not read for the longest time. */
export async function verifyDue(context: VerifyContext): Promise<TaskResult> {
  const { at, backups, dryRun, hub, progress } = context
  progress.step('Checking the chain of certificates')
  const list = await backups.list()
  const chain = await backups.checkChain()
  // The newest matters most.
  const unproven = list.backups.filter(({ certificate }) => certificate === null).toReversed()
  const strays = strayFindings(list.strays, chain)
  if (dryRun) return foretell(context, list.backups, unproven, [...chainFindings(chain), ...strays])
  const proven = await proveAll(context, unproven)
  // What was proven counts now, and what is gone is none.
  const after = unproven.length === 0 ? list : await backups.list()
  const read = await readAll(context, after.backups)
  const coverage = await backups.coverage(after.backups)
  return {
    findings: [
      ...chainFindings(chainAfter(chain, proven.proofs)),
      ...strays,
      ...proven.findings,
      ...read.findings,
      withLeft(coverageFinding(coverage, at, hub.thresholds), read.left),
      ...(proven.proofs.length === 0 ? [] : await holdForQuarantine(context, after)),
    ],
    figures: [
      ...stageFigures(proven.proofs),
      ...coverageFigures(coverage, at, read.bytes + bytesRead(proven.proofs)),
    ],
    failure: proven.failure ?? read.failure,
  }
}

interface Proven {
  readonly proofs: readonly Proof[]
  readonly findings: readonly Finding[]
  /** The first backup that could not be read; null when all could. */
  readonly failure: HubkeeperError | null
}

/** Proves one after the other; one that is not finished keeps none of the others from its turn. */
async function proveAll(context: VerifyContext, unproven: readonly Backup[]): Promise<Proven> {
  const proofs: Proof[] = []
  const findings: Finding[] = []
  let failure: HubkeeperError | null = null
  for (const backup of unproven) {
    const { id } = backup.manifest
    context.progress.step(`Proving ${id}`)
    try {
      const { proof, vanished } = await proveGuarded(context, backup)
      proofs.push(proof)
      findings.push(certifiedFinding(proof.certificate), ...vanished)
    } catch (error) {
      if (isUnread(error)) {
        findings.push(unreadFinding(id, error))
        failure ??= error
      } else if (error instanceof ProofUnfinishedError) findings.push(unfinishedFinding(error))
      else if (isTrouble(error, 'backup-missing')) findings.push(goneFinding(id, error))
      else throw error
    }
  }
  return { proofs, findings, failure }
}

interface Read {
  readonly findings: readonly Finding[]
  /** See {@link Proven.failure}. */
  readonly failure: HubkeeperError | null
  readonly bytes: number
  /** What was due and is left for the next run. */
  readonly left: Coverage['backups']
}

/** Reads what is due, one after the other; one for which there is no time keeps none of the others waiting. */
async function readAll({ at, backups, progress }: VerifyContext, known: readonly Backup[]): Promise<Read> {
  const portion = portionOf(await backups.coverage(known), at)
  const findings: Finding[] = []
  const left: Coverage['backups'][number][] = []
  let failure: HubkeeperError | null = null
  let bytes = 0
  for (const [i, each] of portion.entries()) {
    const { backup } = each
    const { id } = backup.manifest
    progress.step(`Reading back ${i + 1} of ${portion.length}: ${id}`)
    try {
      const verification = await backups.verify(backup)
      bytes += verification.bytes
      findings.push(verifiedFinding(id, verification.faults))
    } catch (error) {
      if (isUnread(error)) {
        findings.push(unreadFinding(id, error))
        failure ??= error
      } else if (isTrouble(error, 'time-limit')) left.push(each)
      else throw error
    }
  }
  return { findings, failure, bytes, left }
}

const verifiedFinding = (id: string, faults: readonly string[]): Finding =>
  finding('backup.certified', faults.length === 0 ? 'ok' : 'critical', {
    subject: id,
    expected: 'every byte as certified',
    actual: faults.length === 0 ? 'every byte is as certified' : 'not as certified',
    evidence: faults,
  })

const withLeft = (of: Finding, left: Coverage['backups']): Finding =>
  left.length === 0
    ? of
    : { ...of, evidence: [...of.evidence, `left for the next run, as time ran out: ${sumOf(left)}`] }

const sumOf = (backups: readonly { readonly bytes: number }[]): string =>
  `${backups.length} ${backups.length === 1 ? 'backup' : 'backups'}, ${formatBytes(backups.reduce((sum, { bytes }) => sum + bytes, 0))}`

/** A dry run reads no backup: it says which ones it would. */
async function foretell(
  { at, backups, hub }: VerifyContext,
  known: readonly Backup[],
  unproven: readonly Backup[],
  findings: readonly Finding[],
): Promise<TaskResult> {
  const coverage = await backups.coverage(known)
  const said = (backup: Backup, what: string): Finding =>
    finding('backup.certified', 'skipped', {
      subject: backup.manifest.id,
      actual: `dry run: ${formatBytes(backupBytes(backup))} would be read back${what}`,
    })
  const due = portionOf(coverage, at).filter(({ backup }) => !unproven.includes(backup))
  return {
    findings: [
      ...findings,
      ...unproven.map((backup) => said(backup, ', and proven')),
      ...due.map(({ backup }) => said(backup, '')),
      coverageFinding(coverage, at, hub.thresholds),
    ],
    figures: coverageFigures(coverage, at, 0),
  }
}
