import { days } from '@hubkeeper/core'
import type { History } from '@hubkeeper/review'

/** The longest time from one first Monday of a month to the next, days. */
const longest = 35

/**
 * Since when a review looks: for the longest time from one to the next, or since the last one where that is longer
 * ago, so that nothing falls between two packets.
 */
export function periodBegin({ reports, to }: Pick<History, 'reports' | 'to'>): Date {
  const usual = new Date(to.getTime() - days(longest))
  const last = reports.get('monthly-review')?.findLast(({ status }) => status !== 'failed')
  const since = last === undefined ? usual : new Date(last.startedAt)
  return since < usual ? since : usual
}
