import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { codeOf, messageOf, type ServiceProbe, type ServiceState, seconds } from '@hubkeeper/core'
import { processesContaining } from './processes.ts'

const run = promisify(execFile)

const state = (value: ServiceState['state'], detail: string): ServiceState => ({ state: value, detail })

/** Whether a service runs, by the one way in which it is recognised. */
export async function serviceState({ pidFile, port, process, unit }: ServiceProbe): Promise<ServiceState> {
  if (process !== undefined) return byProcess(process)
  if (pidFile !== undefined) return byPidFile(pidFile)
  if (port !== undefined) return byPort(port)
  if (unit !== undefined) return byUnit(unit)
  return state('unknown', 'nothing says how to recognise it')
}

async function byProcess(text: string): Promise<ServiceState> {
  const found = await processesContaining(text)
  if (found === null) return state('unknown', 'this machine has no ps')
  const [first] = found
  if (first === undefined)
    return state('stopped', `no process has ${JSON.stringify(text)} in its command line`)
  return state(
    'running',
    `${found.length === 1 ? 'process' : `${found.length} processes, one is`} ${first.pid}`,
  )
}

async function byPidFile(path: string): Promise<ServiceState> {
  let text: string
  try {
    text = (await readFile(path, 'utf8')).trim()
  } catch (error) {
    const absent = codeOf(error) === 'ENOENT'
    return state(absent ? 'stopped' : 'unknown', absent ? `there is no ${path}` : messageOf(error))
  }
  const pid = /^\d+$/.test(text) ? Number(text) : null
  if (pid === null) return state('unknown', `${path} holds no process id`)
  try {
    globalThis.process.kill(pid, 0)
    return state('running', `process ${pid}`)
  } catch (error) {
    // It is there and belongs to somebody else.
    if (codeOf(error) === 'EPERM') return state('running', `process ${pid}, of another user`)
    return state('stopped', `${path} names process ${pid}, which is gone`)
  }
}

function byPort(port: number): Promise<ServiceState> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: seconds(3) })
    const settle = (result: ServiceState): void => {
      socket.destroy()
      resolve(result)
    }
    socket.once('connect', () => settle(state('running', `port ${port} accepts connections`)))
    socket.once('timeout', () => settle(state('stopped', `port ${port} does not answer`)))
    socket.once('error', (error) =>
      settle(state('stopped', `port ${port}: ${codeOf(error) ?? messageOf(error)}`)),
    )
  })
}

async function byUnit(unit: string): Promise<ServiceState> {
  try {
    const { stdout } = await run('systemctl', ['is-active', '--', unit])
    return state('running', `${unit} is ${stdout.trim()}`)
  } catch (error) {
    const said = error instanceof Error && 'stdout' in error ? String(error.stdout).trim() : ''
    if (said === '' || codeOf(error) === 'ENOENT')
      return state('unknown', 'this machine has no systemd to ask')
    return state('stopped', `${unit} is ${said}`)
  }
}
