import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  request as send,
} from 'node:http'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { type Call, type OpenCall, openCall } from './s3-proxy-call.ts'
import { type EtagOf, needsConditions, type Refusal, refusal } from './s3-proxy-conditions.ts'

export type { Call } from './s3-proxy-call.ts'

/**
 * What the proxy does in place of a plain answer. A refusal is answered and reaches nobody. `cut`: the
 * connection ends before anybody was asked; `cut-after`: it ends after the request was carried out;
 * `cut-body`: it ends in the middle of the answer's body; `garble`: a bit of that body is another one;
 * `stall`: nothing ever comes.
 */
export type Fault = 'cut' | 'cut-after' | 'cut-body' | 'garble' | 'stall' | Refusal

/** Refusals that S3 knows. */
export const refusals = {
  slowDown: { status: 503, code: 'SlowDown' },
  internalError: { status: 500, code: 'InternalError' },
  conflict: { status: 409, code: 'ConditionalRequestConflict' },
  unmet: { status: 412, code: 'PreconditionFailed' },
  denied: { status: 403, code: 'AccessDenied' },
  expiredToken: { status: 400, code: 'ExpiredToken' },
} as const satisfies Record<string, Refusal>

/** A fault that waits for the calls that it is meant for. */
export interface Injection {
  readonly match: (call: Call) => boolean
  readonly fault: Fault
  /** How many calls it still meets. */
  readonly times: number
}

/** What the proxy asks about each call; both may be set at any time. */
export interface ProxyHooks {
  /** False answers 403 AccessDenied; what it does before, happens before the call. */
  authorize?: ((call: Call) => boolean | Promise<boolean>) | undefined
  /** False answers 403 in place of 404 for an absent object, as S3 does without `s3:ListBucket`. */
  mayList?: ((call: Call) => boolean) | undefined
}

/** A running proxy. */
export interface S3Proxy extends ProxyHooks {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  /** Every call so far, in the order of arrival. */
  readonly calls: readonly Call[]
  /** The faults that still wait. */
  readonly faults: readonly Injection[]
  inject(injection: Injection): void
  /** Forgets all calls, faults and hooks. */
  reset(): void
  stop(): Promise<void>
}

const xml = ({ code, message = code }: Refusal): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`

/** Headers of one hop, which must not go on to the next. */
function forwardable(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, expect: ____, ...rest } = headers
  return rest
}

/** Starts a proxy in front of moto: what S3 does and moto does not, a record of calls, and faults. */
export async function startProxy({ target, ...hooks }: { target: string } & ProxyHooks): Promise<S3Proxy> {
  const calls: OpenCall[] = []
  const faults: { -readonly [Name in keyof Injection]: Injection[Name] }[] = []

  const ask = async (
    method: string,
    path: string,
    headers: IncomingHttpHeaders,
    body: Buffer,
  ): Promise<IncomingMessage> => {
    // One connection for each request: moto has a single thread, which an idle one would hold.
    const upstream = send(new URL(path, target), { method, headers, agent: false })
    upstream.end(body)
    const [answer]: [IncomingMessage] = await once(upstream, 'response').then(([first]) => [first])
    return answer
  }

  const etagOf =
    ({ headers: { authorization, host } }: Call): EtagOf =>
    async (bucket, key, versionId) => {
      const path = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`
      const query = versionId === null ? '' : `?versionId=${encodeURIComponent(versionId)}`
      const answer = await ask('HEAD', path + query, { authorization, host }, Buffer.alloc(0))
      answer.resume()
      const { etag } = answer.headers
      return answer.statusCode === 200 && etag !== undefined ? etag : null
    }

  // Looking and writing must not be parted by somebody else's write.
  let writes: Promise<unknown> = Promise.resolve()
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const done = writes.then(work)
    writes = done.catch(() => {})
    return done
  }

  const takeFault = (call: Call): Fault | null => {
    const found = faults.find(({ match }) => match(call))
    if (found === undefined) return null
    found.times -= 1
    if (found.times <= 0) faults.splice(faults.indexOf(found), 1)
    return found.fault
  }

  /** The SHA-256 of what was put, by object and ETag: moto forgets it. */
  const sums = new Map<string, string>()
  const checksumOf = (call: Call, { etag = '' }: IncomingHttpHeaders): IncomingHttpHeaders => {
    const name = `${call.bucket}/${call.key} ${etag}`
    const sent = call.headers['x-amz-checksum-sha256']
    if (call.operation === 'PutObject' && typeof sent === 'string') sums.set(name, sent)
    const sum = sums.get(name)
    const asked = call.headers['x-amz-checksum-mode'] !== undefined && call.headers.range === undefined
    if (sum === undefined || !asked) return {}
    return { 'x-amz-checksum-sha256': sum, 'x-amz-checksum-type': 'FULL_OBJECT' }
  }

  const refuse = (call: OpenCall, response: ServerResponse, what: Refusal): void => {
    const body = call.method === 'HEAD' ? '' : xml(what)
    call.status = what.status
    call.responseBytes = Buffer.byteLength(body)
    response.writeHead(what.status, {
      'content-type': 'application/xml',
      'content-length': call.responseBytes,
    })
    response.end(body)
  }

  /** Lets moto answer, under the conditions that it overlooks. */
  const forward = async (request: IncomingMessage, call: Call, body: Buffer) => {
    const headers: IncomingHttpHeaders = {
      ...forwardable(request.headers),
      'content-length': String(body.length),
    }
    const go = () => ask(call.method, request.url ?? '/', headers, body)
    if (needsConditions(call)) {
      return alone(async () => (await refusal(call, etagOf(call))) ?? (await go()))
    }
    const isWrite = call.operation === 'PutObject' || call.operation === 'DeleteObject'
    return isWrite ? alone(go) : go()
  }

  const pass = async (
    call: OpenCall,
    answer: IncomingMessage,
    response: ServerResponse,
    fault: Fault | null,
  ) => {
    const { statusCode = 502 } = answer
    const hides = statusCode === 404 && (call.operation === 'GetObject' || call.operation === 'HeadObject')
    if (hides && proxy.mayList?.(call) === false) {
      const text = (await buffer(answer)).toString()
      if (text === '' || text.includes('NoSuchKey')) return refuse(call, response, refusals.denied)
      response.writeHead(statusCode, forwardable(answer.headers)).end(text)
      return
    }
    call.status = statusCode
    const headers = forwardable(answer.headers)
    // S3 knows the checksum of a whole, not of any range of it; moto tells one with both.
    if (statusCode === 206) delete headers['x-amz-checksum-sha256']
    const checksum = statusCode === 200 ? checksumOf(call, answer.headers) : {}
    response.writeHead(statusCode, { ...headers, ...checksum })
    if (fault === 'garble') {
      const body = await buffer(answer)
      body.writeUInt8(body.readUInt8(0) ^ 1, 0)
      call.responseBytes = body.length
      response.end(body)
      return
    }
    if (fault === 'cut-body') {
      const body = await buffer(answer)
      call.responseBytes = Math.floor(body.length / 2)
      response.write(body.subarray(0, call.responseBytes))
      // What was written must be on its way before the connection goes.
      setTimeout(() => response.destroy(), 30)
      return
    }
    answer.on('data', (chunk: Buffer) => {
      call.responseBytes += chunk.length
    })
    await pipeline(answer, response)
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Whole, before moto is asked: a slow sender would hold its only thread.
    const body = await buffer(request)
    const call = openCall(request, body)
    calls.push(call)
    if ((await proxy.authorize?.(call)) === false) {
      const message = `${call.accessKeyId} is not authorized to perform ${call.service}:${call.operation}`
      return refuse(call, response, { ...refusals.denied, message })
    }
    const fault = takeFault(call)
    if (fault === 'stall') return
    if (fault === 'cut') return void response.destroy()
    if (fault !== null && typeof fault === 'object') return refuse(call, response, fault)
    const answer = await forward(request, call, body)
    if (fault === 'cut-after') {
      if ('statusCode' in answer) await buffer(answer)
      return void response.destroy()
    }
    if ('code' in answer) return refuse(call, response, answer)
    await pass(call, answer, response, fault)
  }

  const server = createServer((request, response) => {
    // A client that went away is its own affair; so is a moto that was stopped.
    serve(request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')

  const proxy: S3Proxy = {
    ...hooks,
    url: `http://127.0.0.1:${address.port}`,
    calls,
    faults,
    inject(injection) {
      faults.push({ ...injection })
    },
    reset() {
      calls.length = 0
      faults.length = 0
      proxy.authorize = undefined
      proxy.mayList = undefined
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return proxy
}
