import { type ThresholdOverrides, thresholdsOf } from '../finding.ts'
import { judgeContent } from '../guard/judge.ts'
import { countedTables, fallPercent, formatRows } from '../guard/tables.ts'
import { noExpectations } from '../ledger/expectations.ts'
import { type Backup, isProven } from '../ports/backups.ts'
import { formatValue } from '../render/value.ts'

/** A backup with which something may have begun to go wrong. */
export interface Anomaly {
  readonly backup: Backup
  /** The last proven backup before it; of what went little by little, the one that held most. */
  readonly lastGood: Backup
  /** What is wrong, in words. */
  readonly what: string
}

/** Of so few rows, one is a large share. */
const fewRows = 10

/**
 * Backups after which an earlier one may be wanted back: proven ones in which content vanished, at once or
 * little by little, the ones in quarantine, and the ones without a proof. `backups` is oldest first.
 */
export function anomaliesIn(backups: readonly Backup[], thresholds: ThresholdOverrides): Anomaly[] {
  const anomalies: Anomaly[] = []
  const drains = drainsOf(thresholdsOf('content.vanished', thresholds).warning)
  let lastGood: Backup | null = null
  for (const backup of backups) {
    if (lastGood !== null) {
      const what = wrongWith(backup, lastGood, thresholds)
      if (what !== null) anomalies.push({ backup, lastGood, what })
    }
    if (!isProven(backup)) continue
    anomalies.push(...drains(backup, lastGood))
    lastGood = backup
  }
  return anomalies
}

/**
 * Follows each table of proven backups from its highest: by `limit` percent below that, it has drained, however
 * small each step was, and its highest counts from there.
 */
function drainsOf(limit: number): (backup: Backup, before: Backup | null) => Anomaly[] {
  const highest = new Map<string, { readonly backup: Backup; readonly rows: number }>()
  return (backup, before) => {
    const drained: { from: Backup; line: string }[] = []
    for (const { name, rows } of countedTables(backup.certificate?.tables ?? [])) {
      const top = highest.get(name)
      const falls = top !== undefined && top.rows >= fewRows && fallPercent(top.rows, rows) > limit
      if (top === undefined || falls || rows >= top.rows) highest.set(name, { backup, rows })
      // What was lost since the backup before is told already.
      if (falls && top.backup !== before)
        drained.push({ from: top.backup, line: `${name}: ${formatRows(top.rows)} to ${formatRows(rows)}` })
    }
    return [...Map.groupBy(drained, ({ from }) => from)].map(([lastGood, lost]) => ({
      backup,
      lastGood,
      what: `lost content little by little since then (${lost.map(({ line }) => line).join(', ')})`,
    }))
  }
}

function wrongWith(backup: Backup, lastGood: Backup, thresholds: ThresholdOverrides): string | null {
  const { certificate, manifest, quarantine } = backup
  if (quarantine !== null) return `is in quarantine (${quarantine.reason})`
  if (certificate === null || !isProven(backup)) return 'is not proven'
  // Whether it was expected, or is the way of a table: what was there may be wanted back all the same.
  const { findings } = judgeContent({
    content: certificate,
    // Of two that were taken at once, one was made after the other all the same.
    takenAt: new Date(Math.max(Date.parse(manifest.takenAt), Date.parse(lastGood.manifest.takenAt) + 1)),
    backups: [lastGood],
    expectations: noExpectations,
    thresholds,
  })
  const lost = findings.filter(({ status }) => status === 'warning' || status === 'critical')
  if (lost.length === 0) return null
  const lines = lost.map(
    ({ actual, expected, subject, unit }) =>
      `${subject ?? 'the database'}: ${expected} to ${formatValue(actual, unit)}`,
  )
  return `lost content (${lines.join(', ')})`
}
