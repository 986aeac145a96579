// Runs a command until its standard input is closed, and then ends everything that came of it. Whoever
// started it closes that by dying, however it dies: no started hub outlives its keeper.
import { spawn } from 'node:child_process'
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { markedProcesses, markName, signal } from './marked.ts'
import { assignmentSchema, type Ending, reportDescriptor } from './protocol.ts'

/** For what it started to end by itself, ms. */
const grace = 5000
const poll = 50

// Of the group that it ends, it is the last one.
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => {})

const lines = createInterface({ input: process.stdin })
const input = Promise.withResolvers<void>()
lines.once('line', (line) => run(line))
lines.once('close', () => input.resolve())

function run(line: string): void {
  const { args, directory, environment, mark, program } = assignmentSchema.parse(JSON.parse(line))
  const ended = Promise.withResolvers<void>()
  const child = spawn(program, args, {
    cwd: directory,
    env: { ...environment, [markName]: mark },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const tell = (ending: Ending): void => {
    try {
      writeSync(reportDescriptor, `${JSON.stringify(ending)}\n`)
    } catch {
      // Nobody is there any more to be told.
    }
    ended.resolve()
  }
  child.once('error', (error) =>
    tell({ kind: 'not-run', code: 'code' in error ? String(error.code) : error.message }),
  )
  child.once('exit', (code, signalName) => tell({ kind: 'exit', code, signal: signalName }))
  void end(mark, ended.promise)
}

/** Ends the group and whoever left it: asked first, then killed, this process last. */
async function end(mark: string, ended: Promise<void>): Promise<void> {
  await Promise.race([input.promise, ended])
  const left = async (): Promise<number[]> =>
    (await markedProcesses()).filter((each) => each.mark === mark).map(({ pid }) => pid)
  signal(-process.pid, 'SIGTERM')
  for (const pid of await left()) signal(pid, 'SIGTERM')
  // Where the machine does not list processes, the command's own end has to do.
  await Promise.race([setTimeout(grace), ended])
  for (let waited = 0; waited < grace && (await left()).length > 0; waited += poll) await setTimeout(poll)
  for (let pids = await left(); pids.length > 0; pids = await left()) {
    for (const pid of pids) signal(pid, 'SIGKILL')
    await setTimeout(poll)
  }
  signal(-process.pid, 'SIGKILL')
}
