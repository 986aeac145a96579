import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'

/** What a test that needs moto says when it is skipped. */
export const withoutMoto = 'moto_server is not on the PATH; get it with: pip install "moto[server]"'

/** The Python that `moto_server` runs on; null where moto is not installed. */
function motoPython(): string | null {
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'moto_server'))
    .find((path) => existsSync(path))
  if (found === undefined) return null
  const interpreter = /^#!(\S*python\S*)/.exec(readFileSync(found, 'utf8'))?.[1] ?? 'python3'
  try {
    execFileSync(interpreter, ['-c', 'import moto.server'], { stdio: 'ignore' })
    return interpreter
  } catch {
    return null
  }
}

const python = motoPython()

/** Whether the stand-in for AWS can be started on this machine. */
export const motoAvailable = python !== null

/** The title of tests that need moto: it says how to get it where they are skipped. */
export const needingMoto = (title: string): string =>
  motoAvailable ? title : `${title} (skipped: ${withoutMoto})`

/** A running stand-in for AWS. */
export interface Moto {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  stop(): Promise<void>
}

/** Starts moto on a free port of loopback. @throws Error where it is not installed */
export async function startMoto(): Promise<Moto> {
  if (python === null) throw new Error(withoutMoto)
  const child: ChildProcess = spawn(python, [join(import.meta.dirname, 'moto-server.py')], {
    stdio: ['ignore', 'pipe', 'ignore'],
    // Its own requests must not leave the machine, whatever the tests' environment says.
    env: { ...process.env, AWS_ENDPOINT_URL: '' },
  })
  if (child.stdout === null) throw new Error('moto has no output')
  const [port] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(() => {
      throw new Error('moto ended before it listened')
    }),
  ])
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      if (child.exitCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
