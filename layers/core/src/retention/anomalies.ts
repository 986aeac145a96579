import type { ThresholdOverrides } from '../finding.ts'
import { vanishedFindings } from '../findings/content.ts'
import { type Backup, isProven } from '../ports/backups.ts'

/** A backup with which something may have begun to go wrong. */
export interface Anomaly {
  readonly backup: Backup
  /** The last proven backup before it. */
  readonly lastGood: Backup
  /** What is wrong, in words. */
  readonly what: string
}

/**
 * Backups after which the one before them may be wanted back: proven ones in which content vanished, and
 * the ones without a proof. `backups` is oldest first.
 */
export function anomaliesIn(backups: readonly Backup[], thresholds: ThresholdOverrides): Anomaly[] {
  const anomalies: Anomaly[] = []
  let lastGood: Backup | null = null
  for (const backup of backups) {
    if (lastGood !== null) {
      const what = wrongWith(backup, lastGood, thresholds)
      if (what !== null) anomalies.push({ backup, lastGood, what })
    }
    if (isProven(backup)) lastGood = backup
  }
  return anomalies
}

function wrongWith(backup: Backup, lastGood: Backup, thresholds: ThresholdOverrides): string | null {
  if (!isProven(backup)) return 'is not proven'
  const findings = vanishedFindings(
    lastGood.certificate?.tables ?? null,
    backup.certificate?.tables ?? [],
    thresholds,
  )
  const lost = findings.filter(({ status }) => status === 'warning' || status === 'critical')
  if (lost.length === 0) return null
  return `lost rows (${lost.map(({ actual, expected, subject }) => `${subject}: ${expected} to ${actual}`).join(', ')})`
}
