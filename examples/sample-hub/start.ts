import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Misbehaviour } from './misbehaviour.ts'

/** A sample hub in a process of its own. */
export interface RunningHub {
  readonly url: string
  readonly pid: number
  /** Replaces whatever it was told before. */
  misbehave(how: Misbehaviour): Promise<void>
  /** Commits that it acknowledged while it was told to write. */
  commits(): Promise<{ acknowledged: number; lastId: number }>
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>
}

/** Starts the server on a free port. It ends with this process at the latest. @throws Error when it does not start */
export async function startSampleHub(options: {
  readonly database: string
  readonly logs: string
  /** Paths that list a table; see the server's help. */
  readonly lists?: readonly string[]
}): Promise<RunningHub> {
  const server = fileURLToPath(new URL('./server.ts', import.meta.url))
  const args = [
    server,
    '--database',
    options.database,
    '--logs',
    options.logs,
    '--port',
    '0',
    '--stop-with-parent',
  ]
  for (const path of options.lists ?? []) args.push('--list', path)
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const ready = once(createInterface({ input: child.stdout }), 'line')
  const started: unknown[] = await Promise.race([
    ready,
    exited.then(([code]) => {
      throw new Error(`the sample hub ended with code ${code} before it was ready`)
    }),
  ])
  const url = String(started[0])
  return {
    url,
    pid: child.pid ?? 0,
    async misbehave(how) {
      const response = await fetch(`${url}/misbehave`, { method: 'POST', body: JSON.stringify(how) })
      if (!response.ok) throw new Error(`the sample hub refused: ${await response.text()}`)
    },
    async commits() {
      const value: unknown = await (await fetch(`${url}/misbehave`)).json()
      if (typeof value === 'object' && value !== null && 'acknowledged' in value && 'lastId' in value) {
        return { acknowledged: Number(value.acknowledged), lastId: Number(value.lastId) }
      }
      throw new Error('the sample hub did not tell of its commits')
    },
    async stop() {
      child.stdin.end()
      child.kill('SIGTERM')
      await exited
    },
  }
}
