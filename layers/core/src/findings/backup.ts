import { type Certificate, isProof } from '../certificate.ts'
import { finding, measured, type ThresholdOverrides } from '../finding.ts'
import type { Backup, BackupList } from '../ports/backups.ts'
import type { Finding } from '../report.ts'

const maxEvidence = 10

/** What a certificate says of its backup. */
export function certifiedFinding(certificate: Certificate): Finding {
  const { level, faults, missing, crossCheck } = certificate
  const sound = isProof(certificate)
  const excused = level === 'bytes' && missing.length > 0
  return finding('backup.certified', sound ? 'ok' : excused ? 'warning' : 'critical', {
    subject: certificate.backup,
    expected: 'content',
    actual: level,
    evidence: [
      ...faults.slice(0, maxEvidence),
      ...(missing.length > 0 ? [`needs ${missing.join(', ')}`] : []),
      ...(sound && crossCheck.skipped !== null ? [`not cross-checked: ${crossCheck.skipped}`] : []),
    ],
    ...(excused
      ? { advice: 'the copy is equal byte for byte; it cannot be checked further without what it needs' }
      : {}),
  })
}

/** Age of the newest proven backup, and whether the newest one is proven. */
export function backupFindings(
  list: BackupList,
  newest: { readonly backup: Backup; readonly currentAt: Date } | null,
  at: Date,
  overrides: ThresholdOverrides,
): Finding[] {
  const age =
    newest === null
      ? finding('backup.age', 'critical', { expected: 'a proven backup', actual: 'there is none' })
      : measured('backup.age', Math.max(0, (at.getTime() - newest.currentAt.getTime()) / 1000), overrides, {
          evidence: [`${newest.backup.manifest.id}, current at ${newest.currentAt.toISOString()}`],
        })
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
