import { finding, judge, type ThresholdOverrides, thresholdsOf } from '../finding.ts'
import type { Finding } from '../report.ts'

/** A table's rows, then or now. */
interface TableRows {
  readonly name: string
  readonly rows: number
}

/**
 * Tables that lost rows since the newest proven backup. A table without rows then tells nothing; one
 * that is gone has lost all.
 */
export function vanishedFindings(
  before: readonly TableRows[] | null,
  now: readonly TableRows[],
  overrides: ThresholdOverrides,
): Finding[] {
  if (before === null) {
    return [finding('content.vanished', 'skipped', { actual: 'there is no proven backup to compare with' })]
  }
  const rowsNow = new Map(now.map(({ name, rows }) => [name, rows]))
  const limits = thresholdsOf('content.vanished', overrides)
  const lost = before.flatMap(({ name, rows }) => {
    const left = rowsNow.get(name) ?? 0
    if (rows === 0 || left >= rows) return []
    const percent = ((rows - left) / rows) * 100
    // A few rows of a small table are no sign of anything, all of them are.
    const status = left === 0 ? 'critical' : judge(percent, limits)
    return status === 'ok'
      ? []
      : [
          finding('content.vanished', status, {
            subject: name,
            expected: `${rows.toLocaleString('en')} rows`,
            actual: left,
          }),
        ]
  })
  return lost.length > 0
    ? lost
    : [finding('content.vanished', 'ok', { actual: 'no table lost more than its limit' })]
}

/** A table's rows under the content digest. */
interface TableContent {
  readonly name: string
  readonly digest: string
}

/** Names of the tables of `these` that hold something else among `those`, or are not there. */
export function differingTables(these: readonly TableContent[], those: readonly TableContent[]): string[] {
  const other = new Map(those.map(({ digest, name }) => [name, digest]))
  return these.filter(({ digest, name }) => other.get(name) !== digest).map(({ name }) => name)
}
