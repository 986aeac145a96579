import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'

/** What one run of a command took. */
export interface Measured {
  readonly seconds: number
  /** Largest resident set of any single process of it, MiB. */
  readonly peakMiB: number
}

const numberIn = (path: string, pattern: RegExp): number => {
  try {
    return Number(pattern.exec(readFileSync(path, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** The processes of a group, by the group's id. */
const processesOf = (group: number): string[] =>
  readdirSync('/proc').filter(
    (pid) => /^\d+$/.test(pid) && numberIn(`/proc/${pid}/stat`, /^\d+ \(.*\) \S (?:\d+) (\d+)/) === group,
  )

/** Runs a command in a process group of its own, and watches the memory of every process in it. */
export async function measure(command: string, args: readonly string[], cwd: string): Promise<Measured> {
  const started = performance.now()
  const child = spawn(command, [...args], { cwd, detached: true, stdio: ['ignore', 'ignore', 'inherit'] })
  let peak = 0
  const watch = setInterval(() => {
    for (const pid of processesOf(child.pid ?? 0)) {
      peak = Math.max(peak, numberIn(`/proc/${pid}/status`, /VmHWM:\s+(\d+) kB/))
    }
  }, 20)
  const [code]: unknown[] = await once(child, 'exit')
  clearInterval(watch)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with code ${code}`)
  return { seconds: (performance.now() - started) / 1000, peakMiB: peak / 1024 }
}

/** Minimum, median and maximum. */
export function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): string => (sorted[Math.round((sorted.length - 1) * share)] ?? 0).toFixed(1)
  return `${at(0.5)} (${at(0)}–${at(1)})`
}
