import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { Cloud } from './deployed/cloud.ts'
import { starting } from './deployed/demands.ts'
import type { Invoked } from './deployed/sandbox.ts'

/** An event that a function was started with. */
export interface Started {
  readonly name: string
  readonly event: unknown
}

/** Lambda's API for events, in front of everything else of a deployment. */
export interface LambdaFront {
  readonly url: string
  readonly started: readonly Started[]
  /** How the functions ended, once all of them did. */
  ended(): Promise<readonly Invoked[]>
  stop(): Promise<void>
}

/** Who signed a request. */
const callerOf = ({ headers: { authorization = '' } }: IncomingMessage): string =>
  /Credential=([^/]+)\//.exec(authorization)?.[1] ?? ''

const invocation = /^\/2015-03-31\/functions\/([^/]+)\/invocations/

/** Starts it; functions whose names begin with `prefix` exist where the deployment has such a task. */
export async function startLambdaFront(cloud: Cloud, prefix = 'hubkeeper-'): Promise<LambdaFront> {
  const started: Started[] = []
  const running: Promise<Invoked>[] = []

  const invoke = (name: string, caller: string, body: Buffer, response: ServerResponse): void => {
    if (!cloud.permits(caller, starting(name))) {
      response.writeHead(403, {
        'content-type': 'application/json',
        'x-amzn-errortype': 'AccessDeniedException',
      })
      response.end(JSON.stringify({ Message: `not authorized to start ${name}` }))
      return
    }
    const task = name.slice(prefix.length)
    if (!name.startsWith(prefix) || !cloud.functions.has(task)) {
      response.writeHead(404, {
        'content-type': 'application/json',
        'x-amzn-errortype': 'ResourceNotFoundException',
      })
      response.end(JSON.stringify({ Type: 'User', Message: `Function not found: ${name}` }))
      return
    }
    const requestId = randomUUID()
    const event: unknown = JSON.parse(body.toString())
    started.push({ name, event })
    running.push(cloud.invoke(task, event, { requestId }))
    response.writeHead(202, { 'x-amzn-requestid': requestId, 'content-length': 0 }).end()
  }

  const forward = async (
    { headers, method = 'GET', url = '/' }: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
  ): Promise<void> => {
    const { 'transfer-encoding': _, ...rest } = headers
    const upstream = send(new URL(url, cloud.proxy.url), {
      method,
      headers: { ...rest, 'content-length': body.length },
      agent: false,
    })
    upstream.end(body)
    const [answer]: [IncomingMessage] = await once(upstream, 'response').then(([first]) => [first])
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    await pipeline(answer, response)
  }

  const server = createServer((request, response) => {
    const work = async (): Promise<void> => {
      const body = await buffer(request)
      const name = invocation.exec(request.url ?? '')?.[1]
      if (name === undefined) await forward(request, body, response)
      else invoke(decodeURIComponent(name), callerOf(request), body, response)
    }
    work().catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the front has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    started,
    ended: () => Promise.all(running),
    async stop() {
      await Promise.allSettled(running)
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
