import {
  type Backup,
  backupBytes,
  backupMissing,
  type Certificate,
  type ChainCheck,
  certifiedFinding,
  chainFindings,
  coverageFinding,
  type Finding,
  figure,
  finding,
  formatBytes,
  type GuardedProof,
  HubkeeperError,
  holdForQuarantine,
  isProof,
  isProven,
  type Proof,
  ProofUnfinishedError,
  proveGuarded,
  reaches,
  type StrayBackup,
  type TaskResult,
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

interface Chosen {
  readonly backups: readonly Backup[]
  readonly strays: readonly StrayBackup[]
}

/** Proves backups again in full; whatever is not as it was certified is critical. */
export async function proveAgain(context: VerifyContext, selector: string): Promise<TaskResult> {
  const { at, backups, dryRun, hub, progress } = context
  progress.step('Checking the chain of certificates')
  const chain = await backups.checkChain()
  const list = await backups.list()
  const chosen = await choose(context, list, selector, chain)
  const concerned = selector === 'all' ? null : new Set(idsOf(chosen))
  const faults = chain.faults.filter(
    ({ backup }) => concerned === null || backup === null || concerned.has(backup),
  )
  const findings: Finding[] = []
  const proofs: Proof[] = []
  let failure: HubkeeperError | null = null
  for (const [i, backup] of chosen.backups.entries()) {
    const { id } = backup.manifest
    if (dryRun) {
      findings.push(foretold(backup))
      continue
    }
    progress.step(`${i + 1} of ${chosen.backups.length}: ${id}`)
    try {
      const { proof, vanished } = await proveOne(context, backup)
      proofs.push(proof)
      findings.push(againFinding(backup.certificate, proof.certificate), ...vanished)
    } catch (error) {
      if (isTrouble(error, 'backup-missing')) {
        findings.push(goneFinding(id, error))
        continue
      }
      if (!(error instanceof ProofUnfinishedError) && !isUnread(error)) throw error
      // What was not looked at is not verified.
      findings.push(unreadFinding(id, error))
      failure ??= error
      // Of time, nothing is left for the others.
      if (error instanceof ProofUnfinishedError) break
    }
  }
  // What was proven counts now, and what is gone is none.
  const after = dryRun ? list : await backups.list()
  const coverage = await backups.coverage(after.backups)
  return {
    findings: [
      ...findings,
      ...strayFindings(chosen.strays, chain),
      ...chainFindings(chainAfter({ ...chain, faults }, proofs)),
      coverageFinding(coverage, at, hub.thresholds),
      ...(proofs.length === 0 ? [] : await holdForQuarantine(context, after)),
    ],
    figures: [
      ...proofs.map(({ certificate, durationSeconds }) =>
        figure('backup.proof-duration', durationSeconds, 'seconds', certificate.backup),
      ),
      ...stageFigures(proofs),
      ...coverageFigures(coverage, at, bytesRead(proofs)),
    ],
    failure,
  }
}

/** What does not count yet is judged as a new backup is; what counts was judged then, or accepted since. */
async function proveOne(context: VerifyContext, backup: Backup): Promise<GuardedProof> {
  if (backup.quarantine === null && !isProven(backup)) return proveGuarded(context, backup)
  return { proof: await context.backups.prove(backup), vanished: [] }
}

const idsOf = ({ backups, strays }: Chosen): string[] => [
  ...backups.map(({ manifest }) => manifest.id),
  ...strays.map(({ id }) => id),
]

/** @throws HubkeeperError `backup-missing` when there is no such one */
async function choose(
  { backups }: VerifyContext,
  list: Chosen,
  selector: string,
  { faults }: ChainCheck,
): Promise<Chosen> {
  if (selector === 'all') {
    // Where all of them are gone, the chain tells of each.
    if (list.backups.length + list.strays.length + faults.length > 0) return list
    throw new HubkeeperError('backup-missing', 'there is no backup yet', {
      hint: 'make one: hubkeeper backup',
    })
  }
  const found =
    selector === 'latest'
      ? await backups.find('latest')
      : (list.backups.find(({ manifest }) => manifest.id === selector) ?? null)
  if (found !== null) return { backups: [found], strays: [] }
  const stray = list.strays.find(({ id }) => id === selector)
  if (stray !== undefined) return { backups: [], strays: [stray] }
  throw backupMissing(`there is no backup ${selector}`)
}

const foretold = (backup: Backup): Finding =>
  finding('backup.certified', 'skipped', {
    subject: backup.manifest.id,
    actual: `dry run: ${formatBytes(backupBytes(backup))} would be read back and certified anew`,
  })

/** What a proof says, held against what was certified before. */
function againFinding(before: Certificate | null, now: Certificate): Finding {
  const certified = certifiedFinding(now)
  const changes = before === null ? [] : changesIn(before, now)
  if (changes.length === 0) return certified
  const harmless = before !== null && isCountedOtherwise(before, now)
  return finding('backup.certified', harmless ? 'warning' : 'critical', {
    subject: now.backup,
    expected: before?.level ?? null,
    actual: now.level,
    evidence: [...certified.evidence, ...changes],
    ...(harmless ? { advice: adviceOnCounting } : {}),
  })
}

const adviceOnCounting =
  'nothing, if Hubkeeper was updated since: it counts as content what an earlier version did not, or the other way round; the new certificate holds from now on'

/** Whether the very bytes that were proven are proven again, and only what counts as their content is another. */
const isCountedOtherwise = (before: Certificate, now: Certificate): boolean =>
  isProof(before) &&
  isProof(now) &&
  before.sha256 === now.sha256 &&
  (before.manifest ?? now.manifest) === now.manifest

function changesIn(before: Certificate, now: Certificate): string[] {
  const changes: string[] = []
  if (reaches(before.level, 'bytes') && before.sha256 !== now.sha256) {
    changes.push(`its bytes are not what was certified: ${before.sha256}`)
  }
  if (before.digest !== null && before.digest !== now.digest) {
    changes.push(
      isCountedOtherwise(before, now)
        ? `its bytes are what was certified, but their content is counted otherwise: ${before.digest}`
        : `its content is not what was certified: ${before.digest}`,
    )
  }
  if (before.manifest !== undefined && before.manifest !== now.manifest) {
    changes.push(`its manifest is not what was certified: ${before.manifest}`)
  }
  return changes
}
