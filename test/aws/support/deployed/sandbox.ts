import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

/** The real runtime interface client, where `HUBKEEPER_LAMBDA_RIC` names its package's folder. */
const realClient = process.env.HUBKEEPER_LAMBDA_RIC

const clientArguments = (): string[] =>
  realClient !== undefined && existsSync(realClient)
    ? [join(realClient, 'bin/index.mjs'), 'index.handler']
    : [join(import.meta.dirname, 'runtime-client.cjs')]

/** Which client runs the functions, for the tests' titles. */
export const clientName =
  realClient !== undefined && existsSync(realClient) ? 'aws-lambda-ric' : 'a plain child process'

/** What a function is run from. */
export interface SandboxOptions {
  /** Folder with the function's code. */
  readonly taskRoot: string
  /** Folder in the place of `/opt/nodejs/node_modules`. */
  readonly modules: string
  readonly variables: Readonly<Record<string, string>>
  /** ms. */
  readonly timeout: number
}

/** How an invocation ended. */
export type Ending =
  | { readonly kind: 'answer'; readonly value: unknown }
  | { readonly kind: 'error'; readonly type: string; readonly message: string }
  | { readonly kind: 'killed' }

/** One invocation, its log and its figures. */
export interface Invoked {
  readonly ending: Ending
  readonly log: string
  /** From the start of the process until it asked for an event, ms. */
  readonly coldStart: number
}

/** What happens to an invocation from outside. */
export interface Interference {
  readonly requestId?: string
  /** Resolves when the process is to be killed, as Lambda does at its time limit. */
  readonly killWhen?: Promise<void>
}

/** Runs one invocation in a process of its own, through Lambda's Runtime API. */
export async function invokeOnce(
  options: SandboxOptions,
  event: unknown,
  { killWhen, requestId = randomUUID() }: Interference = {},
): Promise<Invoked> {
  const { promise: ended, resolve: end } = Promise.withResolvers<Ending>()
  const started = performance.now()
  let coldStart = 0
  let delivered = false

  const deliver = (response: ServerResponse): void => {
    // The second question stays open: the sandbox waits for work that never comes.
    if (delivered) return
    delivered = true
    coldStart = performance.now() - started
    response.writeHead(200, {
      'content-type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': requestId,
      'Lambda-Runtime-Deadline-Ms': String(Date.now() + options.timeout),
      'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:us-east-1:123456789012:function:test',
    })
    response.end(JSON.stringify(event))
  }
  const server = createServer(async (request, response) => {
    if (request.url?.endsWith('/invocation/next')) return deliver(response)
    const body: unknown = JSON.parse((await text(request)) || 'null')
    response.writeHead(202).end('{}')
    if (request.url?.endsWith('/response')) end({ kind: 'answer', value: body })
    else end(errorOf(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the Runtime API has no port')

  // A sandbox has a disk of its own.
  const scratch = mkdtempSync(join(tmpdir(), 'hubkeeper-sandbox-'))
  const child = spawn(process.execPath, clientArguments(), {
    cwd: options.taskRoot,
    env: {
      PATH: process.env.PATH,
      TZ: ':UTC',
      TMPDIR: scratch,
      ...options.variables,
      _HANDLER: 'index.handler',
      LAMBDA_TASK_ROOT: options.taskRoot,
      LAMBDA_RUNTIME_DIR: options.taskRoot,
      NODE_PATH: options.modules,
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${address.port}`,
      AWS_LAMBDA_FUNCTION_NAME: 'test',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/test',
      AWS_LAMBDA_LOG_STREAM_NAME: 'test',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      log += chunk
    })
  }
  killWhen?.then(() => child.kill('SIGKILL'))
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeout)
  child.once('exit', () => end({ kind: 'killed' }))
  const ending = await ended
  clearTimeout(timer)
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  server.closeAllConnections()
  server.close()
  rmSync(scratch, { recursive: true, force: true })
  return { ending, log, coldStart }
}

function errorOf(body: unknown): Ending {
  const field = (name: string): string =>
    typeof body === 'object' && body !== null && name in body ? String(Reflect.get(body, name)) : ''
  return { kind: 'error', type: field('errorType'), message: field('errorMessage') }
}
