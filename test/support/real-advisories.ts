import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PackageVersion } from '@hubkeeper/core'
import { realHub, withoutRealHub } from './real-hub.ts'

/** A directory of real advisories, one OSV record in each `.json` below it, which is only read; null where there is none. */
export const realAdvisories: string | null =
  process.env.HUBKEEPER_ADVISORIES !== undefined && existsSync(process.env.HUBKEEPER_ADVISORIES)
    ? process.env.HUBKEEPER_ADVISORIES
    : null

/** What a test that needs them says when it is skipped. */
export const withoutRealAdvisories = 'HUBKEEPER_ADVISORIES does not name a directory of real advisories'

/** Every record of them. */
export function realRecords(): unknown[] {
  if (realAdvisories === null) throw new Error(withoutRealAdvisories)
  return readdirSync(realAdvisories, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => JSON.parse(readFileSync(path, 'utf8')))
}

/** What the real hub pins, read as plainly as can be: names before `==` at the beginning of a line. */
export function realPins(): PackageVersion[] {
  if (realHub === null) throw new Error(withoutRealHub)
  const text = readFileSync(join(realHub, 'requirements.txt'), 'utf8')
  return [...text.matchAll(/^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;#]+)/gm)].map(
    ([, name = '', version = '']) => ({ ecosystem: 'PyPI', name, version }),
  )
}
