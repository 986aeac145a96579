import { readdir, readFile } from 'node:fs/promises'
import { codeOf } from '@hubkeeper/core'

/**
 * Ends what a program left behind outside of its process group, as far as it can be told: whatever was started with
 * a home that nobody else has (Linux: proc(5)).
 */
export async function endWhatLivesIn(home: string): Promise<void> {
  const entries = await readdir('/proc').catch(() => [])
  const pids = entries.filter((name) => /^\d+$/.test(name)).map(Number)
  await Promise.all(
    pids.map(async (pid) => {
      if (pid !== process.pid && (await homeOf(pid)) === home) end(pid)
    }),
  )
}

/** Null for a process of another user, and for one that is gone. */
async function homeOf(pid: number): Promise<string | null> {
  const variables = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
  const [, home = null] = /(?:^|\0)HOME=([^\0]*)/.exec(variables) ?? []
  return home
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (codeOf(error) !== 'ESRCH' && codeOf(error) !== 'EPERM') throw error
  }
}
