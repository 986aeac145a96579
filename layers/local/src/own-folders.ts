import { keyOf } from './keys.ts'

/**
 * Tells why a key is none of the hub's: it lies in a folder of Hubkeeper's own. Null for a key of the hub.
 * `paths` are those folders, wherever they lie: backups and scratch.
 */
export function ownReasonFor(root: string, paths: readonly string[]): (key: string) => string | null {
  const folders = paths.map((path) => `${keyOf(root, path)}/`)
  return (key) => {
    const folder = folders.find((prefix) => key.startsWith(prefix))
    return folder === undefined ? null : `below ${folder}`
  }
}
