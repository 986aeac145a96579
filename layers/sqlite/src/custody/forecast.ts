import { formatBytes, formatDuration, HubkeeperError, mebibytes } from '@hubkeeper/core'
import type { CustodyOptions } from './options.ts'

/**
 * What one processor gets through in a second with everything that a task does to a database: moving it
 * in and out, checks, digests. On purpose at the lower end of what was measured.
 */
const bytesPerSecond = mebibytes(8)

/**
 * Refuses to begin what cannot be finished in time.
 *
 * @throws HubkeeperError `time-limit`
 */
export function requireTime({ deadline, now }: CustodyOptions, bytes: number, what: string): void {
  if (deadline === undefined) return
  const left = deadline.getTime() - now().getTime()
  const needed = (bytes / bytesPerSecond) * 1000
  if (needed <= left) return
  throw new HubkeeperError(
    'time-limit',
    `${what} (${formatBytes(bytes)}) is likely to take ${formatDuration(needed)}; ${formatDuration(Math.max(0, left))} are left`,
    { hint: 'nothing was begun; run this hub’s tasks embedded, where there is no time limit' },
  )
}
