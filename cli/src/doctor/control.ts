import { access, constants, stat } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { hubControl } from '@hubkeeper/local'
import type { ConfiguredHub } from '../config.ts'
import { isGone, thisOwner } from '../owner.ts'
import { type DoctorCheck, fine, skipped, trouble } from './check.ts'

/** The commands that stop and start the server: whether they can be run, and whether a run left it stopped. */
export async function checkControl(configured: ConfiguredHub): Promise<DoctorCheck[]> {
  const { hub, root } = configured
  const left = await checkLeftStopped(configured)
  if (hub.control === undefined) {
    return [skipped('control', 'no commands that stop and start the server: it is never stopped'), ...left]
  }
  const commands = [
    ['stop', hub.control.stop],
    ['start', hub.control.start],
  ] as const
  const checks: DoctorCheck[] = []
  for (const [name, [program = '']] of commands) checks.push(await checkProgram(name, program, root))
  return [...checks, ...left]
}

async function checkProgram(name: 'stop' | 'start', program: string, root: string): Promise<DoctorCheck> {
  const title = `${name} command`
  for (const path of placesOf(program, root)) {
    if (await isExecutable(path)) return fine(title, path)
  }
  const where = program.includes('/') ? resolve(root, program) : `${program} on the PATH`
  return trouble(
    title,
    'critical',
    `there is no ${where} that this user may run`,
    `correct control.${name} in hubkeeper.json; it is run without a shell, in the hub’s directory`,
  )
}

/** Where the system looks for a program. */
const placesOf = (program: string, root: string): string[] =>
  program.includes('/')
    ? [resolve(root, program)]
    : (process.env.PATH ?? '').split(delimiter).map((directory) => join(directory, program))

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}

async function checkLeftStopped({ hub, root }: ConfiguredHub): Promise<DoctorCheck[]> {
  const control = hubControl({
    root,
    commands: hub.control,
    run: 'doctor',
    owner: thisOwner,
    isGone,
    now: () => new Date(),
    fence: async () => {},
  })
  const left = await control.leftStopped()
  if (left === null) return []
  const detail = `run ${left.run} left the server stopped since ${left.since.toISOString()}`
  const fix = control.configured
    ? 'hubkeeper run health-check starts it'
    : 'start it, then delete state/stopped.json'
  return [trouble('stopped', 'critical', detail, fix)]
}
