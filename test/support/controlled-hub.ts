import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { ConfigInput } from '@hubkeeper/core'
import { onTestFinished } from 'vitest'
import type { SampleHubOptions } from '../../examples/sample-hub/create.ts'
import { sampleHub, type TestHub } from './hub.ts'

type Control = NonNullable<ConfigInput['hubs'][string]['control']>

/** How its commands behave, from now on. */
export interface Behaviour {
  readonly stop?: 'fails' | 'hangs' | 'lingers' | 'leaves it running'
  readonly start?: 'fails'
}

/** A hub whose server is a process of its own, that commands stop and start. */
export interface ControlledHub extends TestHub {
  readonly url: string
  readonly control: Control
  behave(how: Behaviour): void
  /** The server’s process; null when none runs. */
  pid(): number | null
  /** How often each command was run, in order. */
  calls(): string[]
  /** By hand. */
  start(): Promise<void>
  /** What the server finds. */
  hits(): Promise<number>
}

const server = join(import.meta.dirname, '../../examples/sample-hub/server.ts')

const startScript = (port: number): string => `
import { spawn } from 'node:child_process'
import { appendFileSync, openSync, readFileSync, writeFileSync } from 'node:fs'
appendFileSync('calls', 'start\\n')
const { start } = JSON.parse(readFileSync('behaviour.json', 'utf8'))
if (start === 'fails') { console.error('port ${port} is haunted'); process.exit(7) }
const alive = (pid) => { try { process.kill(pid, 0); return true } catch { return false } }
let pid = 0
try { pid = Number(readFileSync('hub.pid', 'utf8')) } catch {}
if (pid > 0 && alive(pid)) process.exit(0)
const child = spawn(process.execPath, [${JSON.stringify(server)}, '--database', 'knowledge/hub.db', '--logs', 'logs', '--port', '${port}'], { detached: true, stdio: 'inherit' })
child.unref()
writeFileSync('hub.pid', child.pid + '\\n')
for (;;) {
  try { await fetch('http://127.0.0.1:${port}/health'); break } catch { await new Promise((r) => setTimeout(r, 20)) }
}
`

const stopScript = `
import { appendFileSync, readFileSync, rmSync } from 'node:fs'
appendFileSync('calls', 'stop\\n')
const { stop } = JSON.parse(readFileSync('behaviour.json', 'utf8'))
const wait = (ms) => new Promise((r) => setTimeout(r, ms))
console.log('stopping')
if (stop === 'fails') { console.error('no such unit'); process.exit(5) }
if (stop === 'hangs') await wait(60000)
if (stop === 'leaves it running') process.exit(0)
const pid = Number(readFileSync('hub.pid', 'utf8'))
process.kill(pid)
for (;;) { try { process.kill(pid, 0); await wait(10) } catch { break } }
rmSync('hub.pid')
if (stop === 'lingers') await wait(5000)
`

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** A sample hub that its server serves, with working commands. */
export async function controlledHub(
  options: Partial<SampleHubOptions> & { control?: Partial<Control> } = {},
): Promise<ControlledHub> {
  const { control: own, ...rest } = options
  const hub = sampleHub({ journalMode: 'wal', ...rest })
  const at = (path: string): string => join(hub.directory, path)
  const port = await freePort()
  mkdirSync(at('bin'))
  writeFileSync(at('bin/start.mjs'), startScript(port))
  writeFileSync(at('bin/stop.mjs'), stopScript)
  writeFileSync(at('behaviour.json'), '{}')
  const url = `http://127.0.0.1:${port}`
  const control: Control = {
    stop: [process.execPath, 'bin/stop.mjs'],
    start: [process.execPath, 'bin/start.mjs'],
    timeoutSeconds: 20,
    ...own,
  }
  const pid = (): number | null => {
    if (!existsSync(at('hub.pid'))) return null
    const found = Number(readFileSync(at('hub.pid'), 'utf8'))
    return isAlive(found) ? found : null
  }
  onTestFinished(async () => {
    for (let found = pid(); found !== null; found = pid()) {
      process.kill(found, 'SIGKILL')
      await setTimeout(10)
    }
  })
  const start = async (): Promise<void> => {
    const child = spawn(process.execPath, ['bin/start.mjs'], { cwd: hub.directory, stdio: 'ignore' })
    await once(child, 'exit')
    rmSync(at('calls'))
  }
  hub.configure({ database: { authority: 'server' }, control })
  await start()
  return {
    ...hub,
    url,
    control,
    pid,
    start,
    behave: (how) => writeFileSync(at('behaviour.json'), JSON.stringify(how)),
    calls: () => (existsSync(at('calls')) ? readFileSync(at('calls'), 'utf8').trim().split('\n') : []),
    async hits() {
      const response = await fetch(`${url}/api/v1/search?q=lamp&limit=100`)
      const body: { results: unknown[] } = JSON.parse(await response.text())
      return body.results.length
    },
  }
}
