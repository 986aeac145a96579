import { createHash } from 'node:crypto'
import type { Invocation } from '../event.ts'

/**
 * What is equal for every delivery of one request, and for no other: schedule and time of a scheduled
 * one (its execution id changes with each attempt), what the request names, else its own id, which
 * Lambda keeps when it tries an asynchronous event again.
 */
export function slotOf({ scheduled, slot }: Invocation, requestId: string): string {
  if (scheduled === null) return slot ?? requestId
  const schedule = createHash('sha256').update(scheduled.scheduleArn).digest('hex').slice(0, 12)
  return `${scheduled.time.toISOString()}-${schedule}`
}
