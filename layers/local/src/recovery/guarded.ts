import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { signal } from './marked.ts'
import { type Assignment, type Ending, endingSchema } from './protocol.ts'

/** A command that runs under a guardian. */
export interface Guarded {
  /** Resolves when the command has ended; null when its guardian ended without a word. */
  readonly ended: Promise<Ending | null>
  /** The last lines that it printed. */
  output(): string[]
  /** Ends it with everything that it started, and resolves when all of that is gone. */
  stop(): Promise<void>
}

/** What is kept of its output. */
const kept = { characters: 16_000, lines: 20, line: 300 } as const

/** How long a guardian may take to end everything, ms; its own patience is shorter. */
const patience = 15_000

/** The guardian's program, beside this file. */
const guardianPath = (): string => {
  const here = fileURLToPath(import.meta.url)
  return join(dirname(here), `guardian${extname(here)}`)
}

/** Runs a command in a process group of its own, with nothing of our environment; it ends when we do. */
export function runGuarded(assignment: Assignment): Guarded {
  const guardian = spawn(process.execPath, ['--no-warnings', guardianPath()], {
    detached: true,
    env: {},
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  })
  const gone = new Promise<void>((resolve) => {
    guardian.once('exit', () => resolve())
    guardian.once('error', () => resolve())
  })
  let text = ''
  const collect = (stream: Readable): void => {
    stream.setEncoding('utf8').on('data', (more: string) => {
      text = (text + more).slice(-kept.characters)
    })
  }
  collect(guardian.stdout)
  collect(guardian.stderr)
  // A guardian that died at once has closed it; how it died is told by its end.
  guardian.stdin.on('error', () => {})
  guardian.stdin.write(`${JSON.stringify(assignment)}\n`)
  const failed = once(guardian, 'error').then(() => null)
  const printed = Promise.all([guardian.stdout, guardian.stderr].map(closed))
  return {
    ended: Promise.race([toldOn(guardian.stdio[3]), failed]),
    output: () => tailOf(text),
    async stop() {
      guardian.stdin.end()
      const inTime = await Promise.race([gone.then(() => true), setTimeout(patience, false, { ref: false })])
      if (!inTime && guardian.pid !== undefined) signal(-guardian.pid, 'SIGKILL')
      await gone
      // What was printed is read to its end; a process that got away may keep that open for good.
      await Promise.race([printed, setTimeout(1000, null, { ref: false })])
      guardian.stdout.destroy()
      guardian.stderr.destroy()
    },
  }
}

const closed = (stream: Readable): Promise<void> =>
  new Promise((resolve) => {
    stream.once('close', () => resolve())
  })

/** What the guardian tells; null when it ends without a word. */
function toldOn(stream: unknown): Promise<Ending | null> {
  return new Promise((resolve) => {
    if (!isReadable(stream)) throw new TypeError('the guardian has no descriptor to tell on')
    const lines = createInterface({ input: stream })
    lines.once('line', (line) => resolve(endingSchema.parse(JSON.parse(line))))
    lines.once('close', () => resolve(null))
  })
}

const isReadable = (stream: unknown): stream is Readable =>
  typeof stream === 'object' && stream !== null && 'read' in stream

const tailOf = (text: string): string[] =>
  stripVTControlCharacters(text)
    .split(/[\r\n]+/)
    .map((line) =>
      line
        .replace(/\p{Cc}/gu, ' ')
        .trimEnd()
        .slice(0, kept.line),
    )
    .filter((line) => line !== '')
    .slice(-kept.lines)
