import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { ProcessInfo } from '@hubkeeper/core'

const run = promisify(execFile)

const row = /^\s*(\d+)\s+(\d+)\s+([\d.]+)\s+(.+)$/

/** Processes whose command line contains `text`, but this one; null where `ps` is not to be had. */
export async function processesContaining(text: string): Promise<ProcessInfo[] | null> {
  try {
    const { stdout } = await run('ps', ['-axww', '-o', 'pid=,rss=,pcpu=,args='], {
      maxBuffer: 16 * 1024 ** 2,
    })
    return stdout.split('\n').flatMap((line) => {
      const [, pid, kibibytes, cpu, command = ''] = row.exec(line) ?? []
      if (pid === undefined || Number(pid) === process.pid || !command.includes(text)) return []
      return [{ pid: Number(pid), command, residentBytes: Number(kibibytes) * 1024, cpuPercent: Number(cpu) }]
    })
  } catch {
    return null
  }
}
