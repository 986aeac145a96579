import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { codeOf, messageOf, type ServiceProbe, type ServiceState, seconds } from '@hubkeeper/core'
import { pidInText } from './pid-file.ts'
import { startedAfter } from './process-start.ts'
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
  let writtenAt: Date
  try {
    text = await readFile(path, 'utf8')
    writtenAt = (await stat(path)).mtime
  } catch (error) {
    const absent = codeOf(error) === 'ENOENT'
    return state(absent ? 'stopped' : 'unknown', absent ? `there is no ${path}` : messageOf(error))
  }
  const pid = pidInText(text)
  if (pid === null) return state('unknown', `${path} holds no process id`)
  if (startedAfter(pid, writtenAt)) {
    return state('stopped', `${path} names process ${pid}, which is another one: it began after that`)
  }
  try {
    globalThis.process.kill(pid, 0)
    return state('running', `process ${pid}`)
  } catch (error) {
    // It is there and belongs to somebody else.
    if (codeOf(error) === 'EPERM') return state('running', `process ${pid}, of another user`)
    return state('stopped', `${path} names process ${pid}, which is gone`)
  }
}

/** Either of this machine's own addresses will do: a server may listen on one of them only. */
async function byPort(port: number): Promise<ServiceState> {
  const [ipv4, ipv6] = await Promise.all([troubleAt('127.0.0.1', port), troubleAt('::1', port)])
  if (ipv4 === null || ipv6 === null) return state('running', `port ${port} accepts connections`)
  return state('stopped', `port ${port}: ${ipv4}`)
}

/** Why an address cannot be connected to; null where it can. */
function troubleAt(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: seconds(3) })
    const settle = (trouble: string | null): void => {
      socket.destroy()
      resolve(trouble)
    }
    socket.once('connect', () => settle(null))
    socket.once('timeout', () => settle('no answer'))
    socket.once('error', (error) => settle(codeOf(error) ?? messageOf(error)))
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
