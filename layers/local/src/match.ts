import { glob, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { HubFile } from '@hubkeeper/core'
import { keyOf } from './keys.ts'

/** Regular files under `root` that one of the globs matches and that really lie under it, by key. */
export async function matchFiles(root: string, patterns: readonly string[]): Promise<HubFile[]> {
  const base = await realpath(root).catch(() => root)
  const found = new Map<string, HubFile>()
  for await (const name of glob([...patterns], { cwd: root })) {
    const path = join(root, name)
    // Gone meanwhile, or a dangling link: not a file of the hub.
    const real = await realpath(path).catch(() => null)
    if (real === null || !real.startsWith(base + sep)) continue
    const stats = await stat(path).catch(() => null)
    if (stats === null || !stats.isFile()) continue
    const key = keyOf(root, path)
    found.set(key, { key, bytes: stats.size, modifiedAt: stats.mtime })
  }
  return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
}
