import {
  type Backup,
  formatBytes,
  formatDuration,
  ioError,
  mebibytes,
  minutes,
  seconds,
} from '@hubkeeper/core'
import type { CustodyOptions } from './options.ts'
import { fingerprint } from './scratch.ts'

/** What is read back in a second: on purpose far below what was measured. */
const bytesPerSecond = mebibytes(32)

/** Left of the time for what comes after looking, ms. */
const reserve = seconds(10)

/** How far clocks may differ, ms. */
const skew = minutes(10)

/** The last moment that something can be of that was written by now, ms: a clock may have run ahead. */
export const latestBelievable = (now: Date): number => now.getTime() + skew

/** How long work may still take, ms. */
export const timeLeft = ({ deadline, now }: CustodyOptions): number =>
  deadline === undefined ? Number.POSITIVE_INFINITY : deadline.getTime() - now().getTime() - reserve

/** Bytes of a backup with its files. */
export const bytesOf = ({ manifest: { bytes, files } }: Backup): number =>
  files.reduce((sum, file) => sum + file.bytes, bytes)

/** Why a backup cannot be read back in the time that is left, in words; null where it can. */
export function whyNoTimeToRead(options: CustodyOptions, backup: Backup): string | null {
  const left = timeLeft(options)
  const bytes = bytesOf(backup)
  const needed = (bytes / bytesPerSecond) * 1000
  return needed <= left
    ? null
    : `reading back ${backup.manifest.id} (${formatBytes(bytes)}) may take ${formatDuration(needed)}; ${formatDuration(Math.max(0, left))} are left`
}

/** Size and SHA-256 of a stored file that lies on this machine. @throws HubkeeperError that names it */
export async function fingerprintOf(path: string): ReturnType<typeof fingerprint> {
  try {
    return await fingerprint(path)
  } catch (error) {
    throw ioError(error, path, 'cannot read')
  }
}
