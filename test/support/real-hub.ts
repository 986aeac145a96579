import { chmodSync, cpSync, existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from './temporary.ts'

/** The directory of a real hub, which is only read; null where there is none. */
export const realHub: string | null =
  process.env.HUBKEEPER_REAL_HUB !== undefined && existsSync(process.env.HUBKEEPER_REAL_HUB)
    ? process.env.HUBKEEPER_REAL_HUB
    : null

/** What a test that needs it says when it is skipped. */
export const withoutRealHub = 'HUBKEEPER_REAL_HUB does not name the directory of a real hub'

/** A copy of the real hub that may be written. */
export function copyOfRealHub(): string {
  if (realHub === null) throw new Error(withoutRealHub)
  const directory = join(temporaryDirectory(), 'hub')
  cpSync(realHub, directory, { recursive: true, preserveTimestamps: true })
  makeWritable(directory)
  return directory
}

function makeWritable(path: string): void {
  const stats = statSync(path)
  chmodSync(path, stats.mode | 0o200)
  if (stats.isDirectory()) for (const name of readdirSync(path)) makeWritable(join(path, name))
}
