import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, ioError } from '@hubkeeper/core'
import { writeWhole } from '@hubkeeper/local'
import type { Target } from '../target.ts'
import { isUnitOf, type Unit } from './units.ts'

/** The units of a configuration that lie in a directory. @throws HubkeeperError when it cannot be read */
export async function installedUnits(directory: string, target: Target): Promise<Unit[]> {
  try {
    const own = (await readdir(directory)).filter((name) => isUnitOf(target, name)).sort()
    return await Promise.all(
      own.map(async (name) => ({ name, text: await readFile(join(directory, name), 'utf8') })),
    )
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw ioError(error, directory, 'cannot read units in')
  }
}

/** Writes a unit, whole or not at all. */
export async function writeUnit(directory: string, { name, text }: Unit): Promise<void> {
  writeWhole(join(directory, name), text)
}

/** Removes a unit that may be gone already. */
export const removeUnit = (directory: string, name: string): Promise<void> =>
  rm(join(directory, name), { force: true })
