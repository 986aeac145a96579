import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { ProcessInfo, ServiceProbe } from '@hubkeeper/core'
import { pidInText } from './pid-file.ts'

const run = promisify(execFile)

const row = /^\s*(\d+)\s+(\d+)\s+([\d.]+)\s+(.+)$/

/** Every process but this one; null where `ps` is not to be had. */
async function allProcesses(): Promise<ProcessInfo[] | null> {
  try {
    const { stdout } = await run('ps', ['-axww', '-o', 'pid=,rss=,pcpu=,args='], {
      maxBuffer: 16 * 1024 ** 2,
    })
    return stdout.split('\n').flatMap((line) => {
      const [, pid, kibibytes, cpu, command = ''] = row.exec(line) ?? []
      if (pid === undefined || Number(pid) === process.pid) return []
      return [{ pid: Number(pid), command, residentBytes: Number(kibibytes) * 1024, cpuPercent: Number(cpu) }]
    })
  } catch {
    return null
  }
}

/** Processes whose command line contains `text`, but this one; null where `ps` is not to be had. */
export const processesContaining = async (text: string): Promise<ProcessInfo[] | null> =>
  (await allProcesses())?.filter(({ command }) => command.includes(text)) ?? null

/** The processes that a service is recognised by; none of one that is recognised by its port. */
export async function processesOf({ pidFile, process, unit }: ServiceProbe): Promise<ProcessInfo[] | null> {
  if (process !== undefined) return processesContaining(process)
  const pid = pidFile !== undefined ? await pidIn(pidFile) : unit !== undefined ? await mainPidOf(unit) : null
  return (await allProcesses())?.filter((candidate) => candidate.pid === pid) ?? null
}

/** The id that a file holds; null where there is none, which the service’s own check tells of. */
async function pidIn(path: string): Promise<number | null> {
  return pidInText(await readFile(path, 'utf8').catch(() => ''))
}

/** The main process of a systemd unit; null where it has none, or there is no systemd. */
async function mainPidOf(unit: string): Promise<number | null> {
  try {
    const { stdout } = await run('systemctl', ['show', '--property=MainPID', '--value', '--', unit])
    return Number(stdout.trim()) || null
  } catch {
    return null
  }
}
