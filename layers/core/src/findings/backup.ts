import { type Certificate, isProof } from '../certificate.ts'
import { latestTaken } from '../clock.ts'
import type { ProofUnfinishedError } from '../errors.ts'
import { finding, measured, type ThresholdOverrides } from '../finding.ts'
import { type Backup, type BackupList, type ChainCheck, type Coverage, isProven } from '../ports/backups.ts'
import type { Finding } from '../report.ts'
import { formatBytes } from '../units.ts'

const maxEvidence = 10

/** What a certificate says of its backup. */
export function certifiedFinding(certificate: Certificate): Finding {
  const { level, faults, missing, crossCheck } = certificate
  const fileFaults = certificate.files?.faults ?? []
  const sound = isProof(certificate) && fileFaults.length === 0
  const excused = level === 'bytes' && missing.length > 0 && fileFaults.length === 0
  return finding('backup.certified', sound ? 'ok' : excused ? 'warning' : 'critical', {
    subject: certificate.backup,
    expected: 'content',
    actual: fileFaults.length === 0 ? level : `${level}, but its files are not as they were written`,
    evidence: [
      ...faults.slice(0, maxEvidence),
      ...fileFaults.slice(0, maxEvidence),
      ...(missing.length > 0 ? [`needs ${missing.join(', ')}`] : []),
      ...(sound && crossCheck.skipped !== null ? [`not cross-checked: ${crossCheck.skipped}`] : []),
    ],
    ...(excused
      ? { advice: 'the copy is equal byte for byte; it cannot be checked further without what it needs' }
      : {}),
  })
}

/** A proof for which the time ran out: no fault of the backup. */
export const unfinishedFinding = ({ backup, hint, message }: ProofUnfinishedError): Finding =>
  finding('backup.proven', 'warning', { subject: backup, expected: 'proven', actual: message, advice: hint })

/** Age of the newest proven backup, and whether the newest one is proven. */
export function backupFindings(
  list: BackupList,
  newest: { readonly backup: Backup; readonly currentAt: Date } | null,
  at: Date,
  overrides: ThresholdOverrides,
): Finding[] {
  const age = ageFinding(list, newest, at, overrides)
  const strays = list.strays.map(({ id, reason }) => `${id} does not count: ${reason}`)
  const last = list.backups.at(-1)
  if (last === undefined) {
    return [age, finding('backup.proven', 'skipped', { actual: 'there is no backup', evidence: strays })]
  }
  const proven = last.certificate !== null && isProof(last.certificate)
  const proof = finding('backup.proven', proven && strays.length === 0 ? 'ok' : 'warning', {
    expected: 'proven',
    actual:
      last.certificate === null ? `${last.manifest.id} was never proven` : `level ${last.certificate.level}`,
    evidence: [...(last.certificate?.faults.slice(0, maxEvidence) ?? []), ...strays],
  })
  return [age, proof]
}

/**
 * Age of the newest proven backup. One of a clock that ran ahead would look fresh for as long as it did: it is
 * passed over.
 */
function ageFinding(
  { backups }: BackupList,
  newest: { readonly backup: Backup; readonly currentAt: Date } | null,
  at: Date,
  overrides: ThresholdOverrides,
): Finding {
  if (newest === null) {
    return finding('backup.age', 'critical', { expected: 'a proven backup', actual: 'there is none' })
  }
  const limit = latestTaken(at)
  const told = ({ backup, currentAt }: { readonly backup: Backup; readonly currentAt: Date }): string =>
    `${backup.manifest.id}, current at ${currentAt.toISOString()}`
  if (newest.currentAt.getTime() <= limit) {
    return measured('backup.age', ageOf(newest.currentAt, at), overrides, { evidence: [told(newest)] })
  }
  const remark = `${told(newest)}: later than this clock shows, so its age cannot be told`
  const before = backups.findLast(
    (backup) => isProven(backup) && Date.parse(backup.manifest.takenAt) <= limit,
  )
  if (before === undefined) {
    const advice =
      'compare the clock of this machine with the one that made the backup; make one now: hubkeeper backup'
    return finding('backup.age', 'unknown', { actual: remark, advice })
  }
  const currentAt = new Date(before.manifest.takenAt)
  return measured('backup.age', ageOf(currentAt, at), overrides, {
    evidence: [told({ backup: before, currentAt }), remark],
  })
}

/** How long ago the bytes were read back that were not read for the longest time. */
export function coverageFinding(
  { backups, bytes, oldest }: Coverage,
  at: Date,
  overrides: ThresholdOverrides,
): Finding {
  if (oldest === null) return finding('backup.coverage', 'skipped', { actual: 'there is no backup' })
  const { backup, verifiedAt } = oldest
  return measured('backup.coverage', ageOf(verifiedAt, at), overrides, {
    evidence: [
      `${backup.manifest.id} was last read back as certified, or taken, at ${verifiedAt.toISOString()}`,
      `${backups.length} ${backups.length === 1 ? 'backup' : 'backups'}, ${formatBytes(bytes)} in all`,
    ],
  })
}

/** How long ago it was, seconds. */
export const ageOf = (moment: Date, at: Date): number => Math.max(0, (at.getTime() - moment.getTime()) / 1000)

/** How the certificates stand to each other and to the backups. */
export function chainFindings({ certificates, faults, removed }: ChainCheck): Finding[] {
  if (faults.length === 0) {
    const actual = `${certificates} in order, ${removed} backups deleted by retention`
    return [finding('backup.chain', 'ok', { actual })]
  }
  return faults.map(({ backup, kind, message }) =>
    finding('backup.chain', kind === 'backup-without-certificate' ? 'warning' : 'critical', {
      subject: backup,
      expected: 'every certificate as it was issued',
      actual: kind,
      evidence: [message],
      ...adviceOnChain(kind),
    }),
  )
}

/** What helps in place of the check's own advice. */
function adviceOnChain(kind: ChainCheck['faults'][number]['kind']): { advice?: string } {
  switch (kind) {
    case 'backup-without-certificate':
      return { advice: 'certify it: hubkeeper backups verify' }
    case 'unchained':
      return {
        advice: 'find out who wrote it; certify the backup anew, which then counts: hubkeeper backups verify',
      }
    case 'chain-unreadable':
      return {
        advice:
          'put the newest copies of state/backups/chain.json and head.json back; or move chain.json away, and certify all backups anew: hubkeeper backups verify',
      }
    case 'certificate-without-backup':
    case 'reordered':
    case 'tampered':
      return {}
  }
}
