import { relative, sep } from 'node:path'

/**
 * Tells the folder of Hubkeeper's own that a key lies in, with its `/`; undefined for a key of the hub.
 * `paths` are those folders, wherever they lie: backups and scratch.
 */
export function ownFolderOf(root: string, paths: readonly string[]): (key: string) => string | undefined {
  const folders = paths.map((path) => `${relative(root, path).split(sep).join('/')}/`)
  return (key) => folders.find((prefix) => key.startsWith(prefix))
}
