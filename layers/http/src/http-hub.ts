import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import {
  codeOf,
  formatBytes,
  formatDuration,
  type HubAnswer,
  type HubClient,
  type HubRequest,
  type HubSilence,
} from '@hubkeeper/core'

const maxRedirects = 5

const whereOf = ({ hostname, port, protocol }: URL): string =>
  `${hostname}:${port !== '' ? port : protocol === 'https:' ? '443' : '80'}`

/** What an error of the connection means: kind and sentence. */
function failureOf(error: unknown, url: URL): Pick<HubSilence, 'kind' | 'detail'> {
  const code = codeOf(error)
  switch (code) {
    case 'ECONNREFUSED':
      return { kind: 'refused', detail: `nothing listens at ${whereOf(url)}` }
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { kind: 'unreachable', detail: `there is no host ${url.hostname} (${code})` }
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return { kind: 'unreachable', detail: `${whereOf(url)} cannot be reached (${code})` }
    default:
      return {
        kind: 'broken',
        detail: `${whereOf(url)} broke off or does not speak HTTP (${code ?? 'no code'})`,
      }
  }
}

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
      const late = {
        kind: 'timeout',
        detail: `${whereOf(url)} did not answer within ${formatDuration(timeout)}`,
      } as const
      settle(signal.aborted ? late : failureOf(error, url))
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
