import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import {
  formatBytes,
  type HubAnswer,
  type HubRequest,
  type HubSilence,
  type ReindexRequest,
} from '@hubkeeper/core'
import { failureOf, lateAt, whereOf } from './silence.ts'

/** What one exchange gave, without how long it took. */
export type Exchange = Omit<HubAnswer, 'duration'> | Omit<HubSilence, 'duration'>

/** What an exchange takes. */
export interface ExchangeRequest extends Pick<HubRequest, 'headers' | 'maxBytes' | 'timeout'> {
  /** @default 'GET' */
  readonly method?: ReindexRequest['method']
}

/** Asks once, without a body, and settles exactly once; the connection is gone afterwards. */
export function exchange(
  url: URL,
  { headers, maxBytes, method = 'GET', timeout }: ExchangeRequest,
  signal: AbortSignal,
): Promise<Exchange> {
  return new Promise((resolve) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      agent: false,
      method,
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
