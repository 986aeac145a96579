import { finding } from '../finding.ts'
import type { Finding } from '../report.ts'
import { isFollowed, type RememberedContent, type Restoration } from './record.ts'

/** What the content of the database says of the last restore. */
export interface RestorationVerdict {
  readonly status: 'ok' | 'skipped' | 'critical'
  /** One sentence. */
  readonly reason: string
  /** There is nothing more to look out for. */
  readonly settled: boolean
}

/**
 * Whether what was restored is still there: a server that loaded the old content before may publish it again.
 * Null where there is nothing to look out for.
 *
 * @param seen the content of the database now
 */
export function judgeRestoration(
  restoration: Restoration,
  seen: RememberedContent,
  at: Date,
): RestorationVerdict | null {
  if (!isFollowed(restoration)) return null
  const { replaced, restored, watchUntil } = restoration
  const over = at.getTime() >= Date.parse(watchUntil)
  if (restored.digest === replaced?.digest) {
    return { status: 'ok', reason: 'what was restored is what was there before', settled: true }
  }
  if (seen.digest === replaced?.digest) {
    return { status: 'critical', reason: 'the content that was replaced is back', settled: false }
  }
  if (seen.digest === restored.digest) {
    return over
      ? { status: 'ok', reason: 'it is as it was restored', settled: true }
      : {
          status: 'skipped',
          reason: 'it is as it was restored; not known yet whether the hub goes on from that',
          settled: false,
        }
  }
  return judgeByTables(seen, { restored, replaced }, over)
}

/** Content that is neither the one nor the other: its tables tell where it comes from. */
function judgeByTables(
  seen: RememberedContent,
  { replaced, restored }: { restored: RememberedContent; replaced: RememberedContent | null },
  over: boolean,
): RestorationVerdict {
  const [now, then] = [digestsOf(seen), digestsOf(restored)]
  const before = replaced === null ? null : digestsOf(replaced)
  const telling = [...new Set([...then.keys(), ...(before?.keys() ?? [])])].filter(
    (name) => before === null || then.get(name) !== before.get(name),
  )
  const held = telling.filter((name) => now.get(name) === then.get(name))
  const back = before === null ? [] : telling.filter((name) => now.get(name) === before.get(name))
  if (back.length > 0 && held.length === 0) {
    return {
      status: 'critical',
      reason: `${named(back)} as before the restore, though the database changed since`,
      settled: false,
    }
  }
  if (held.length > 0 && back.length === 0) {
    return { status: 'ok', reason: `the hub goes on from it: ${named(held)} as restored`, settled: true }
  }
  return {
    status: 'skipped',
    reason: over
      ? 'every table that tells changed since: look whether it is what you expect'
      : 'it changed since; not known yet whether the hub goes on from what was restored',
    settled: over,
  }
}

const digestsOf = ({ tables }: RememberedContent): Map<string, string> =>
  new Map(tables.map(({ digest, name }) => [name, digest]))

const named = (names: readonly string[]): string =>
  names.length === 1 ? `table ${names[0]} is` : `${names.length} tables (${names.slice(0, 3).join(', ')}) are`

/** A verdict as a finding. */
export const restorationFinding = (
  { reason, status }: RestorationVerdict,
  { backup, finishedAt }: Restoration,
  database: string,
): Finding =>
  finding('restore.held', status, {
    subject: database,
    expected: `the content of ${backup}`,
    actual: reason,
    ...(finishedAt === null ? {} : { evidence: [`restored at ${finishedAt}`] }),
    ...(status === 'critical'
      ? {
          advice: `a server put back what it had loaded before: stop it, or let it load the database again; then hubkeeper restore ${backup}`,
        }
      : {}),
  })
