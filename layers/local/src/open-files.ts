import { readdir, readlink, realpath } from 'node:fs/promises'
import { sep } from 'node:path'
import { keyOf } from './keys.ts'

/**
 * Keys below `root` that a process of this machine has open, as far as this user may see; null where the
 * machine does not tell: only Linux has `/proc`.
 */
export async function openKeys(root: string): Promise<ReadonlySet<string> | null> {
  const base = await realpath(root).catch(() => root)
  const processes = await readdir('/proc').catch(() => [])
  const pids = processes.filter((name) => /^\d+$/.test(name))
  if (pids.length === 0) return null
  const keys = new Set<string>()
  for (const pid of pids) {
    for (const path of await pathsOf(pid)) {
      if (path.startsWith(base + sep)) keys.add(keyOf(base, path))
    }
  }
  return keys
}

/** Paths that a process has open. It may end meanwhile, and other users' are closed to us: neither is an error. */
export async function pathsOf(pid: string | number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`
  const descriptors = await readdir(folder).catch(() => [])
  return Promise.all(descriptors.map((descriptor) => readlink(`${folder}/${descriptor}`).catch(() => '')))
}
