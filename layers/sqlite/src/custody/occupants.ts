import { readdir, readFile, readlink, realpath } from 'node:fs/promises'

/**
 * Processes of this machine that have `path` open, in words: as far as this user may see, and where
 * the system tells (`/proc`); elsewhere none.
 */
export async function processesWithOpen(path: string): Promise<string[]> {
  const target = await realpath(path).catch(() => null)
  if (target === null) return []
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  const found: string[] = []
  for (const pid of pids) {
    if (await hasOpen(pid, target)) found.push(`process ${pid} (${await commandOf(pid)})`)
  }
  return found
}

async function hasOpen(pid: string, target: string): Promise<boolean> {
  // Processes end while they are looked at, and other users' are closed to us: neither is an error.
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
  for (const descriptor of descriptors) {
    if ((await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')) === target) return true
  }
  return false
}

const commandOf = async (pid: string): Promise<string> =>
  (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ').trim().slice(0, 80)
