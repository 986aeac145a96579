import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { getCompileCacheDir } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { formatBytes, formatDuration } from '@hubkeeper/core'
import type { Assignment } from './protocol.ts'

/** How a child process ended, with the lines it wrote before. */
export interface ChildRun {
  readonly lines: readonly string[]
  /** Null when it did its job to the end. */
  readonly stopped: { readonly by: 'time-limit' | 'memory-limit' | 'crash'; readonly detail: string } | null
  /** Largest resident set, bytes; null where the system does not tell. */
  readonly peakMemory: number | null
}

interface ChildLimits {
  /** ms. */
  readonly timeLimit: number
  /** Bytes of resident memory. */
  readonly memoryLimit: number
}

const pollInterval = 100
const maxLine = 64 * 1024 ** 2
/** No job has as many, not even one that says how far it is. */
const maxLines = 100_000
const maxStderr = 4000

/** The program of the child, beside this file: in its source, or bundled as this file is. */
const programPath = (): string => {
  const here = fileURLToPath(import.meta.url)
  return join(dirname(here), `program${extname(here)}`)
}

/** Compiled code of the child's own: what a hostile file may have taken over writes none for its parent. */
function compileCache(): { NODE_COMPILE_CACHE?: string } {
  const own = getCompileCacheDir()
  return own === undefined ? {} : { NODE_COMPILE_CACHE: join(own, 'engine') }
}

/** A figure of a process (`VmHWM`: highest resident set so far, `VmRSS`: now), bytes; null where the system does not tell. */
function memoryOf(pid: number, field: 'VmHWM' | 'VmRSS'): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const kibibytes = new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]
    return kibibytes === undefined ? null : Number(kibibytes) * 1024
  } catch {
    return null
  }
}

/**
 * Runs one assignment in a process of its own with nothing of our environment, and kills it at its limits:
 * SQLite cannot be interrupted in any other way.
 *
 * @param onLine is given each line as it comes
 */
export function runChild(
  assignment: Assignment,
  scratch: string,
  limits: ChildLimits,
  onLine: (line: string) => void = () => {},
): Promise<ChildRun> {
  const child = spawn(process.execPath, ['--no-warnings', '--max-old-space-size=256', programPath()], {
    cwd: dirname(programPath()),
    env: { TZ: 'UTC', SQLITE_TMPDIR: scratch, ...compileCache() },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  let stderr = ''
  let peakMemory: number | null = null
  let stopped: ChildRun['stopped'] = null

  const stop = (by: 'time-limit' | 'memory-limit', detail: string): void => {
    stopped ??= { by, detail }
    child.kill('SIGKILL')
  }
  const watch = setInterval(() => {
    if (child.pid === undefined) return
    peakMemory = memoryOf(child.pid, 'VmHWM') ?? peakMemory
    const resident = memoryOf(child.pid, 'VmRSS')
    if (resident !== null && resident > limits.memoryLimit) {
      stop(
        'memory-limit',
        `ended at ${formatBytes(resident)} of memory; the limit is ${formatBytes(limits.memoryLimit)}`,
      )
    }
  }, pollInterval)
  const timer = setTimeout(
    () => stop('time-limit', `ended after its limit of ${formatDuration(limits.timeLimit)}`),
    limits.timeLimit,
  )

  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.length > maxLine || lines.length >= maxLines) return
    lines.push(line)
    onLine(line)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-maxStderr)
  })
  // A child that died at once has closed its input; how it died is told by its end.
  child.stdin.on('error', () => {})
  child.stdin.write(`${JSON.stringify(assignment)}\n`)

  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearInterval(watch)
      clearTimeout(timer)
      const ending = code === 0 ? null : { by: 'crash' as const, detail: describeEnd(code, signal, stderr) }
      resolve({ lines, stopped: stopped ?? ending, peakMemory })
    })
  })
}

function describeEnd(code: number | null, signal: NodeJS.Signals | null, stderr: string): string {
  const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`
  const [first] = stderr.split('\n').filter((line) => /\S/.test(line) && /error|fatal/i.test(line))
  return `the process that looked ${how}${first === undefined ? '' : `: ${first.trim()}`}`
}
