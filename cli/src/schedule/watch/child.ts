import { type ChildProcess, spawn } from 'node:child_process'
import { formatDuration, messageOf, type Report, runSchema, seconds } from '@hubkeeper/core'
import * as z from 'zod'
import { runMaintenance } from '../../../../functions/run-maintenance/task.ts'

/** What of a child's output is kept, characters: a run's reports are far less. */
const maxOutput = 32 * 1024 ** 2

/** How long a child that was asked to end may clean up, ms. */
const cleanUpTime = seconds(3)

/** A command that runs in a process of its own. */
export interface RunningCommand {
  /** How it ended, in words. Never rejects. */
  readonly ended: Promise<string>
  /** Asks it to end, and ends it and what it started when it does not. Resolves when it has. */
  stop(): Promise<void>
}

/**
 * Starts a command of ours with `--json` and tells its run in one line. One that takes longer than
 * `limit` (ms) is ended: it hangs.
 */
export function startCommand(command: readonly string[], limit: number): RunningCommand {
  const begun = performance.now()
  const [program = process.execPath, ...args] = command
  // In a group of its own: Ctrl-C on a terminal is the watcher’s to handle.
  const child = spawn(program, [...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const output = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (output.out.length < maxOutput) output.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (output.err.length < maxOutput) output.err += text
  })
  const closed = new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(messageOf(error))).once('close', () => resolve(null))
  })
  let hung = false
  const watchdog = setTimeout(() => {
    hung = true
    void end(child, closed)
  }, limit)
  const ended = closed.then((problem) => {
    clearTimeout(watchdog)
    const took = formatDuration(performance.now() - begun)
    if (problem !== null) return `could not be started: ${problem}`
    if (hung) return `ended after ${took} because it took longer than ${formatDuration(limit)}`
    return `${outcomeOf(output, child)}, in ${took}`
  })
  return { ended, stop: () => end(child, closed) }
}

async function end(child: ChildProcess, closed: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM')
  const force = setTimeout(() => killGroup(child), cleanUpTime)
  await closed
  clearTimeout(force)
}

/** Kills a child with everything that it started. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The group ended meanwhile.
  }
}

const errorSchema = z.object({ error: z.object({ message: z.string() }) })

function outcomeOf(
  { err, out }: { out: string; err: string },
  { exitCode, signalCode }: ChildProcess,
): string {
  if (signalCode !== null) return `was ended by ${signalCode}`
  const document = parse(out)
  const run = runSchema.safeParse(document)
  if (run.success) {
    const { reports } = run.data
    const told = [...reports.flatMap((report) => verdictOf(report, reports)), ...troublesIn(err)]
    return told.length > 0 ? told.join(', ') : 'nothing ran'
  }
  const error = errorSchema.safeParse(document)
  const said = error.success ? error.data.error.message : err.trim().split('\n').at(-1)
  return `exit code ${exitCode}: ${said === undefined || said === '' ? 'it said nothing' : said}`
}

/** Of the whole cadence only what no report of its tasks says: that one of them could not even begin. */
function verdictOf({ error, hub, status, task }: Report, all: readonly Report[]): string[] {
  if (task !== runMaintenance.name) return [`${hub} ${task} ${status}`]
  const told = all.some((other) => other.hub === hub && other.task !== task && other.status === 'failed')
  return error === null || told ? [] : [`${hub}: ${error.message}`]
}

/** Hubs that could not even begin. */
const troublesIn = (err: string): string[] =>
  err.split('\n').flatMap((line) => (line.startsWith('error: ') ? [line.slice('error: '.length)] : []))

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
