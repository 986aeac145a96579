import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { codeOf, formatDuration, HubkeeperError, messageOf } from '@hubkeeper/core'
import { makeDirectory } from '../durable-file.ts'

/** A command of the configuration, with what it runs in. */
export interface ControlCommand {
  /** What it is for, such as stop. */
  readonly name: string
  /** Program and arguments. */
  readonly command: readonly string[]
  /** Where it runs: the hub’s directory. */
  readonly directory: string
  /** ms; then it is killed with everything that it started. */
  readonly timeout: number
  /** File that its output goes to, over that of the command before. */
  readonly log: string
}

/** How a command ended. */
type Ending =
  | { readonly kind: 'exit'; readonly code: number | null; readonly signal: NodeJS.Signals | null }
  | { readonly kind: 'not-run'; readonly error: Error }
  | { readonly kind: 'timeout' }

/** A command that could not even be run, so that nothing came of it. */
export class CommandNotRunError extends HubkeeperError {
  override readonly name = 'CommandNotRunError'
}

const lastLines = 5

/**
 * Runs a command without a shell, in a process group of its own: an interrupt of ours is not one of the
 * hub’s. Its output goes to a file, since a server that it starts keeps it open, and would not survive a
 * pipe that nobody reads any more.
 *
 * @throws CommandNotRunError, HubkeeperError `hub-control` when it fails or takes too long
 */
export async function runCommand(control: ControlCommand): Promise<void> {
  const { command, log, name, timeout } = control
  const ending = await endOf(control)
  if (ending.kind === 'exit' && ending.code === 0) return
  const text = `the ${name} command ${command.join(' ')}`
  if (ending.kind === 'not-run') {
    const absent = codeOf(ending.error) === 'ENOENT'
    const reason = absent ? 'there is no such program' : messageOf(ending.error)
    throw new CommandNotRunError('hub-control', `${text} cannot be run: ${reason}`, {
      hint: `correct control.${name} in hubkeeper.json; hubkeeper doctor looks whether it can be run`,
      cause: ending.error,
    })
  }
  const said = lastOutput(log)
  throw new HubkeeperError('hub-control', `${text} ${describe(ending, timeout)}${said}`, {
    hint: `try it by hand; what it printed is in ${log}`,
  })
}

function describe(ending: Exclude<Ending, { kind: 'not-run' }>, timeout: number): string {
  if (ending.kind === 'timeout') return `did not end in ${formatDuration(timeout)} and was killed`
  return ending.signal === null ? `ended with code ${ending.code}` : `was ended by ${ending.signal}`
}

async function endOf({ command, directory, log, timeout }: ControlCommand): Promise<Ending> {
  const [program = '', ...args] = command
  makeDirectory(dirname(log))
  // Emptied here, appended to by whoever still has it open.
  closeSync(openSync(log, 'w', 0o600))
  const output = openSync(log, 'a')
  try {
    const { promise, resolve } = Promise.withResolvers<Ending>()
    const child = spawn(program, args, { cwd: directory, detached: true, stdio: ['ignore', output, output] })
    child.once('error', (error) => resolve({ kind: 'not-run', error }))
    // Not 'close': a server that it started may keep the output open for good.
    child.once('exit', (code, signal) => resolve({ kind: 'exit', code, signal }))
    const timer = setTimeout(() => {
      resolve({ kind: 'timeout' })
      if (child.pid !== undefined) killGroup(child.pid)
    }, timeout)
    return await promise.finally(() => clearTimeout(timer))
  } finally {
    closeSync(output)
  }
}

/** Ends a process with everything that it started. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // It ended by itself meanwhile.
    if (codeOf(error) !== 'ESRCH') throw error
  }
}

function lastOutput(log: string): string {
  const lines = readFileSync(log, 'utf8').trim().split('\n').slice(-lastLines)
  const text = lines.join('\n').slice(-1000)
  return text === '' ? '' : `: ${text}`
}
