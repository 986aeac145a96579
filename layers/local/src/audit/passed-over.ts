import { realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { onOneLine, type PassedOver } from '@hubkeeper/core'
import { keyOf } from '../keys.ts'
import { walk } from '../walk.ts'

/** Packages of others, in which nobody looks for the hub's own flaws. */
const isEnvironment = /(?:^|\/)(?:node_modules|\.?venv|env)$/

/** Places that are told; of the others their number alone. */
const most = 50

/**
 * What scanners pass over in silence below the directories that they are given: directories that are closed to this
 * user, and links to directories, which lead out of what they are given.
 *
 * @throws HubkeeperError when a directory cannot be read for another reason
 */
export async function passedOver(root: string, source: readonly string[]): Promise<readonly PassedOver[]> {
  const places: PassedOver[] = []
  let more = 0
  const tell = (key: string, reason: string): void => {
    const place = onOneLine(key.replace(/\/$/, ''))
    if (places.length < most) places.push({ place, reason })
    else more += 1
  }
  for (const folder of source) {
    const key = keyOf(root, join(root, folder))
    const inside = key === '' ? '' : `${key}/`
    for await (const { key, kind } of walk(
      { root, patterns: [`${inside}**`], environments: false },
      inside,
    )) {
      if (kind === 'closed') tell(key, 'this user may not look into it')
      if (kind === 'other' && !isEnvironment.test(key) && (await leadsElsewhere(root, key, source))) {
        tell(key, 'it is a link to a directory, which scanners do not follow')
      }
    }
  }
  return more === 0 ? places : [...places, { place: '.', reason: `${more} more places like these` }]
}

/** Whether something is a link to a directory that is not looked through where it lies. */
async function leadsElsewhere(root: string, key: string, source: readonly string[]): Promise<boolean> {
  const path = await realpath(join(root, key)).catch(() => null)
  if (path === null || !(await stat(path).catch(() => null))?.isDirectory()) return false
  const folders = await Promise.all(source.map((folder) => realpath(join(root, folder)).catch(() => null)))
  return !folders.some((folder) => folder !== null && (path === folder || path.startsWith(folder + sep)))
}
