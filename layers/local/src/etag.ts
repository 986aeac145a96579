import { type BigIntStats, utimesSync } from 'node:fs'

/**
 * The ETag of a file: inode, size and both times, from one `stat`.
 *
 * It changes whenever the store replaces the file, and whenever somebody writes into it, as far as the
 * file system's clock tells two writes apart. It also changes when only the mode or owner does.
 */
export const etagOf = ({ ctimeNs, ino, mtimeNs, size }: BigIntStats): string =>
  [ino, size, mtimeNs, ctimeNs].map((value) => value.toString(36)).join('-')

/**
 * Gives a file that is about to become an object a modification time finer than the kernel's tick, so
 * that an inode which is used again within a tick does not bring an old ETag back.
 */
export function stampFinely(path: string): void {
  const now = (performance.timeOrigin + performance.now()) / 1000
  utimesSync(path, now, now)
}
