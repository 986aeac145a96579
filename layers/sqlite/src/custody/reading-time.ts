import { type Backup, backupBytes, formatBytes, formatDuration, mebibytes, seconds } from '@hubkeeper/core'
import type { CustodyOptions } from './options.ts'

/** What is read back in a second: on purpose far below what was measured. */
const bytesPerSecond = mebibytes(32)

/** Left of the time for what comes after looking, ms. */
const reserve = seconds(10)

/** How long work may still take, ms. */
export const timeLeft = ({ deadline, now }: CustodyOptions): number =>
  deadline === undefined ? Number.POSITIVE_INFINITY : deadline.getTime() - now().getTime() - reserve

/** Why a backup cannot be read back in the time that is left, in words; null where it can. */
export function whyNoTimeToRead(options: CustodyOptions, backup: Backup): string | null {
  const left = timeLeft(options)
  const bytes = backupBytes(backup)
  const needed = (bytes / bytesPerSecond) * 1000
  return needed <= left
    ? null
    : `reading back ${backup.manifest.id} (${formatBytes(bytes)}) may take ${formatDuration(needed)}; ${formatDuration(Math.max(0, left))} are left`
}
