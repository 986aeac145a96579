import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { codeOf, formatBytes, formatDuration, messageOf, onOneLine } from '@hubkeeper/core'

/** A program that is run to read what it prints. */
export interface ScanProcess {
  readonly command: readonly string[]
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
  /** ms; then it is killed with everything that it started. */
  readonly timeout: number
  /** Bytes that are kept of its standard output. */
  readonly maxBytes: number
  /**
   * What becomes of a program that prints more: it is killed, or goes on, and the last of it is kept.
   *
   * @default killed
   */
  readonly excess?: 'killed' | 'forgotten'
}

/** How it ended. */
export type ScanProcessEnd =
  | {
      readonly kind: 'exit'
      readonly code: number
      readonly output: string
      readonly remarks: readonly string[]
    }
  /** There is no such program, or it may not be run. */
  | { readonly kind: 'not-run'; readonly reason: string }
  /** One sentence, and the last lines that it printed beside its output. */
  | { readonly kind: 'broken'; readonly reason: string; readonly remarks: readonly string[] }

/** What is kept of its standard error. */
const kept = { characters: 16_000, lines: 20, line: 300 } as const

/**
 * Runs a program without a shell, in a process group of its own and with nothing of our environment. Whatever
 * happens, nothing that it started in that group outlives the call, nor this process if it exits meanwhile.
 */
export async function runScan(scan: ScanProcess): Promise<ScanProcessEnd> {
  const [program = '', ...args] = scan.command
  const child = spawn(program, args, {
    cwd: scan.directory,
    detached: true,
    env: { ...scan.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const refused = await new Promise<Error | null>((resolve) => {
    child.once('spawn', () => resolve(null))
    // Once it runs, its end tells everything.
    child.on('error', resolve)
  })
  if (refused !== null) return { kind: 'not-run', reason: whyNotRun(program, refused) }
  const end = (): void => killGroup(child)
  process.once('exit', end)
  try {
    return await follow(child, scan)
  } finally {
    process.removeListener('exit', end)
    end()
    child.stdout?.destroy()
    child.stderr?.destroy()
  }
}

function whyNotRun(program: string, error: Error): string {
  const code = codeOf(error)
  if (code === 'ENOENT') return `there is no program ${program}`
  return code === 'EACCES'
    ? `${program} may not be run, or looked for`
    : `${program} cannot be run: ${messageOf(error)}`
}

async function follow(
  child: ChildProcess,
  { excess = 'killed', maxBytes, timeout }: ScanProcess,
): Promise<ScanProcessEnd> {
  const { promise, resolve } = Promise.withResolvers<ScanProcessEnd>()
  const remarks = lastLines(child.stderr)
  const broken = (reason: string): void => resolve({ kind: 'broken', reason, remarks: remarks() })
  const timer = setTimeout(
    () => broken(`it did not end in ${formatDuration(timeout)} and was killed`),
    timeout,
  )
  const chunks: Buffer[] = []
  let bytes = 0
  child.stdout?.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxBytes && excess === 'killed')
      return broken(`it printed more than ${formatBytes(maxBytes)} and was killed`)
    chunks.push(chunk)
    while (bytes - (chunks[0]?.length ?? 0) >= maxBytes) bytes -= chunks.shift()?.length ?? 0
  })
  // Both streams are read to their end by then; a process that it left behind in silence is waited for as well.
  child.once('close', (code, signal) => {
    if (code === null) return broken(`it was ended by ${signal ?? 'a signal'}`)
    resolve({ kind: 'exit', code, output: Buffer.concat(chunks).toString('utf8'), remarks: remarks() })
  })
  return promise.finally(() => clearTimeout(timer))
}

/** The last lines of a stream as it goes on, however much there is. */
function lastLines(stream: Readable | null): () => readonly string[] {
  let text = ''
  stream?.setEncoding('utf8').on('data', (more: string) => {
    const all = text + more
    // Half a URL would not show what of it is a password.
    text = all.length > kept.characters ? all.slice(-kept.characters).replace(/^\S+/, '') : all
  })
  return () =>
    stripVTControlCharacters(text)
      .split(/[\r\n]+/)
      .map((line) => withoutCredentials(onOneLine(line)).slice(0, kept.line))
      .filter((line) => line !== '')
      .slice(-kept.lines)
}

/** A line without passwords in URLs: what a program complains of may be a private index with one. */
export const withoutCredentials = (line: string): string =>
  line.replace(/:\/\/(?:[^\s/:@]*:(?!\d+\/)[^\s@]*(?:@[^\s/@]*)*|[^\s/]+)@/g, '://…@')

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // Nothing of it is left, or only what belongs to another user by now.
    if (codeOf(error) !== 'ESRCH' && codeOf(error) !== 'EPERM') throw error
  }
}
