import { type ThresholdOverrides, thresholdsOf } from '../finding.ts'
import { judgeContent } from '../guard/judge.ts'
import { fewRows } from '../guard/loss.ts'
import { countedTables, fallPercent } from '../guard/tables.ts'
import { describeLoss, isAlarm } from '../guard/verdicts.ts'
import { noExpectations } from '../ledger/expectations.ts'
import { type Backup, isProven } from '../ports/backups.ts'

/** A backup with which something may have begun to go wrong. */
export interface Anomaly {
  readonly backup: Backup
  /** The last proven backup before it. */
  readonly lastGood: Backup
  /** What is wrong, in words. */
  readonly what: string
}

/** A backup that holds more of a table than the newest. */
export interface Fullest {
  readonly backup: Backup
  readonly table: string
  /** In this backup. */
  readonly rows: number
  /** In the newest. */
  readonly left: number
}

/**
 * Backups after which the one before them may be wanted back: proven ones in which content vanished, the ones
 * in quarantine, and the ones without a proof. `backups` is oldest first.
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

/**
 * Backups in which a table held most, of which the newest holds less by more than half of what is told of: what
 * goes little by little is only told of, and to be had again, while they are there. `proven` is oldest first.
 */
export function fullestBefore(proven: readonly Backup[], thresholds: ThresholdOverrides): Fullest[] {
  const limit = thresholdsOf('content.vanished', thresholds).warning / 2
  const now = rowsOf(proven.at(-1))
  const most = new Map<string, { readonly backup: Backup; readonly rows: number }>()
  for (const backup of proven) {
    for (const [table, rows] of rowsOf(backup)) {
      if (rows >= Math.max(fewRows, most.get(table)?.rows ?? 0)) most.set(table, { backup, rows })
    }
  }
  return [...most].flatMap(([table, { backup, rows }]) => {
    const left = now.get(table) ?? 0
    return fallPercent(rows, left) <= limit ? [] : [{ backup, table, rows, left }]
  })
}

const rowsOf = (backup: Backup | undefined): Map<string, number> =>
  new Map(countedTables(backup?.certificate?.tables ?? []).map(({ name, rows }) => [name, rows]))

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
  const lost = findings.filter(isAlarm)
  return lost.length === 0 ? null : `lost content (${lost.map(describeLoss).join(', ')})`
}
