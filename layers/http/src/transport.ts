import { setTimeout as sleep } from 'node:timers/promises'
import { codeOf, formatBytes, formatDuration, minutes, seconds } from '@hubkeeper/core'
import { TransportTrouble } from './trouble.ts'

/** How long a server is given. */
export interface Patience {
  /** For everything that is asked at once, ms. */
  readonly total: number
  /** For one request, ms. */
  readonly request: number
  /** How often a request is made in all. */
  readonly tries: number
  /** Before the second try, ms; twice as long before each further one, and between half and all of it. */
  readonly wait: number
}

/** Enough for a server that is slow, and short enough for a run of a few minutes. */
export const defaultPatience: Patience = {
  total: minutes(2),
  request: seconds(30),
  tries: 5,
  wait: 500,
}

/** One request. */
export interface TransportRequest {
  /** Path below the server's URL, beginning with `/`. */
  readonly path: string
  /** Sent as JSON by POST; else it is a GET. */
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
  readonly maxBytes: number
}

/** An answer whose status is below 500 and is not 429. */
export interface TransportReply {
  readonly status: number
  readonly etag: string | null
  readonly body: string
}

/** Asks one server, again and again while that may help. */
export interface Transport {
  /** @throws TransportTrouble */
  send(request: TransportRequest): Promise<TransportReply>
  /** HTTP requests so far. */
  readonly requests: number
  /** Ends whatever is still asked. */
  close(): void
}

/** What one request gave: an answer, or why there is none and for how long the server asks to wait, ms. */
type Attempt = { readonly reply: TransportReply } | { readonly why: string; readonly wait: number | null }

/** A transport to the server at `url`, whose time runs from now on. */
export function transportTo(url: string, patience: Patience): Transport {
  const { authorization, base, host } = serverOf(url)
  const closed = new AbortController()
  const deadline = AbortSignal.any([AbortSignal.timeout(patience.total), closed.signal])
  const end = performance.now() + patience.total
  let requests = 0

  const attempt = async (request: TransportRequest): Promise<Attempt> => {
    requests += 1
    const signal = AbortSignal.any([deadline, AbortSignal.timeout(patience.request)])
    try {
      return await exchange(
        `${base}${request.path}`,
        { ...request.headers, ...authorization },
        request,
        signal,
      )
    } catch (error) {
      if (error instanceof TransportTrouble) throw error
      return { why: signal.aborted ? 'did not answer in time' : whyOf(error), wait: null }
    }
  }
  return {
    get requests() {
      return requests
    },
    close: () => closed.abort(),
    async send(request) {
      for (let tries = 1; ; tries++) {
        const got = await attempt(request)
        if ('reply' in got) return got.reply
        const backoff = patience.wait * 2 ** (tries - 1) * (0.5 + Math.random() / 2)
        const wait = Math.max(backoff, got.wait ?? 0)
        if (performance.now() + wait >= end)
          throw new TransportTrouble(
            `${host} ${got.why}, and there is no time to ask again (${formatDuration(patience.total)} in all)`,
          )
        if (tries >= patience.tries) throw new TransportTrouble(`${host} ${got.why}, ${tries} times`)
        // It wakes up when the time is over; the next request then ends at once.
        await sleep(wait, undefined, { signal: deadline }).catch(() => {})
      }
    },
  }
}

/** The address without a name and password, which `fetch` refuses in one. */
function serverOf(url: string): { base: string; host: string; authorization: Record<string, string> } {
  const server = new URL(url)
  const pair = `${decoded(server.username)}:${decoded(server.password)}`
  return {
    base: addressOf(url),
    host: server.host,
    authorization: pair === ':' ? {} : { authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
  }
}

/** A part of a URL as it is meant; one that says nothing by its `%` is taken as it is written. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** A server's URL as it may be shown: without a name and password, or a `/` at its end. */
export function addressOf(url: string): string {
  const server = new URL(url)
  server.username = ''
  server.password = ''
  return server.href.replace(/\/+$/, '')
}

async function exchange(
  url: string,
  headers: Readonly<Record<string, string>>,
  { body, maxBytes }: TransportRequest,
  signal: AbortSignal,
): Promise<Attempt> {
  const response = await fetch(url, {
    signal,
    headers: {
      'user-agent': 'hubkeeper',
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  })
  const { status } = response
  if (status === 429 || status >= 500) {
    await response.body?.cancel()
    const why = status === 429 ? 'is asked too often (status 429)' : `is in trouble (status ${status})`
    return { why, wait: waitOf(response.headers.get('retry-after')) }
  }
  const text = await textOf(response, maxBytes)
  if (text === null)
    throw new TransportTrouble(`${new URL(url).host} sent more than ${formatBytes(maxBytes)}`)
  return { reply: { status, etag: response.headers.get('etag'), body: text } }
}

/** The body, unpacked; null when it is larger than `maxBytes`. */
async function textOf(response: Response, maxBytes: number): Promise<string | null> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > maxBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** How long `Retry-After` (RFC 9110) asks to wait, ms: it gives seconds, or a date. */
function waitOf(header: string | null): number | null {
  if (header === null) return null
  if (/^\d+$/.test(header.trim())) return seconds(Number(header))
  const date = Date.parse(header)
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now())
}

function whyOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : null
  // Fetch has no code for it.
  if (cause instanceof Error && cause.message === 'redirect count exceeded') return 'redirects without end'
  const code = codeOf(cause) ?? codeOf(error)
  switch (code) {
    case 'ECONNREFUSED':
      return 'is not there: nothing listens'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `is not known by that name (${code})`
    default:
      return `cannot be reached, broke off or does not speak HTTP (${code ?? 'no code'})`
  }
}
