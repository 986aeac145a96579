import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import {
  formatBytes,
  type HubAnswer,
  type HubClient,
  type HubRequest,
  type HubSilence,
} from '@hubkeeper/core'
import { failureOf, lateAt, whereOf } from './silence.ts'

const maxRedirects = 5

/** What one exchange gave, without how long it took. */
type Exchange = Omit<HubAnswer, 'duration'> | Omit<HubSilence, 'duration'>

/** Asks once, and settles exactly once; the connection is gone afterwards. */
function exchange(
  url: URL,
  { headers, maxBytes, timeout }: HubRequest,
  signal: AbortSignal,
): Promise<Exchange> {
  return new Promise((resolve) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      agent: false,
      signal,
      headers: { 'user-agent': 'hubkeeper', accept: '*/*', connection: 'close', ...headers },
    })
    const settle = (result: Exchange): void => {
      resolve(result)
      request.destroy()
    }
    request.once('error', (error) => {
      settle(signal.aborted ? lateAt(url, timeout) : failureOf(error, url))
    })
    request.once('response', (response) => {
      readBody(response, maxBytes).then(
        (body) =>
          settle(
            body === null
              ? { kind: 'too-large', detail: `${whereOf(url)} sent more than ${formatBytes(maxBytes)}` }
              : answerOf(response, body),
          ),
        (error: unknown) => request.emit('error', error instanceof Error ? error : new Error(String(error))),
      )
    })
    request.end()
  })
}

const answerOf = ({ headers, statusCode }: IncomingMessage, body: string): Omit<HubAnswer, 'duration'> => ({
  kind: 'answer',
  status: statusCode ?? 0,
  contentType: headers['content-type'] ?? null,
  body,
  location: headers.location ?? null,
})

/** The body as text; null when it is larger than `maxBytes`. */
async function readBody(response: IncomingMessage, maxBytes: number): Promise<string | null> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response) {
    if (!(chunk instanceof Uint8Array)) continue
    bytes += chunk.length
    if (bytes > maxBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Where a redirect leads, over HTTP only; null when it leads nowhere. */
function redirectOf(answer: Exchange, url: URL): URL | null {
  if (answer.kind !== 'answer' || answer.location === null || answer.status < 300 || answer.status > 399)
    return null
  const target = URL.parse(answer.location, url.href)
  return target !== null && /^https?:$/.test(target.protocol) ? target : null
}

/** Asks a hub over HTTP or HTTPS, a connection per request. */
export function httpHub(): HubClient {
  return {
    async get(request) {
      const started = performance.now()
      const signal = AbortSignal.timeout(Math.ceil(request.timeout))
      let url = new URL(request.url)
      let result = await exchange(url, request, signal)
      for (let hops = 0; request.followRedirects && hops < maxRedirects; hops++) {
        const target = redirectOf(result, url)
        if (target === null) break
        url = target
        result = await exchange(url, request, signal)
      }
      return { ...result, duration: performance.now() - started }
    },
  }
}
