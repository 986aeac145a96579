import type { CheckId } from '../checks.ts'
import { finding } from '../finding.ts'
import type { Freeze } from '../ledger/record.ts'
import type { Finding } from '../report.ts'
import { days, formatDuration } from '../units.ts'

/** How long a freeze or a hold without an end may last before it looks forgotten, ms. */
const patience = { 'freeze.forgotten': days(1), 'hold.active': days(30) } as const

/** A freeze or a hold in words: `by anna since 2026-11-24 04:30 (investigating), until …`. */
export function describeStop({ by, reason, since, until }: Freeze): string {
  const end = until === null ? '' : `, until ${until}`
  return `by ${by} since ${since} (${reason})${end}`
}

/** Whether a freeze and a hold are in force as they were meant. */
export const stopFindings = (freeze: Freeze | null, hold: Freeze | null, at: Date): Finding[] => [
  stopFinding('freeze.forgotten', 'frozen', 'not frozen', freeze, at),
  holdFinding(hold, at),
]

/** Whether a hold is in force as it was meant. */
export const holdFinding = (hold: Freeze | null, at: Date): Finding =>
  stopFinding('hold.active', 'held', 'no hold', hold, at)

function stopFinding(
  check: CheckId & keyof typeof patience,
  word: string,
  free: string,
  stop: Freeze | null,
  at: Date,
): Finding {
  if (stop === null) return finding(check, 'ok', { actual: free })
  const end =
    stop.until === null ? new Date(stop.since).getTime() + patience[check] : new Date(stop.until).getTime()
  const past = at.getTime() - end
  const actual = `${word} ${describeStop(stop)}`
  if (past <= 0) return finding(check, 'ok', { actual })
  const expected = stop.until === null ? `at most ${formatDuration(patience[check])}` : `until ${stop.until}`
  return finding(check, 'warning', { expected, actual })
}
