import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import * as z from 'zod'
import { isCovered } from './osv-judgement.ts'

/** How it behaves from now on; each for so many requests, or for good. */
export type OsvFault =
  | 'down'
  | 'slow'
  | 'rate-limiting'
  | 'in trouble'
  | 'nonsense'
  | 'another form'
  | 'huge'
  | 'breaks off'
  | 'redirecting'
  | 'endless pages'
  | 'endless advisories'

interface OsvServerOptions {
  /** Advisories of one query on one page. */
  readonly pageSize?: number
  /** What `Retry-After` says while it limits the rate. */
  readonly retryAfter?: string
  /** First pages have only a token, as they may. */
  readonly emptyFirstPage?: boolean
  readonly withoutETags?: boolean
  /** Queries do not say when an advisory was modified. */
  readonly undated?: boolean
  /** Package names that it takes for a mistake of who asks. */
  readonly refuses?: readonly string[]
  /** Advisories of which it gives no record, or a wrong one, though it counts them. */
  readonly spoiled?: Readonly<Record<string, 'absent' | 'nonsense' | 'another'>>
}

/** A server with the API of osv.dev, over real HTTP. */
export interface OsvServer {
  readonly url: string
  /** Replaces what it serves. */
  serve(records: readonly unknown[]): void
  behave(fault: OsvFault, times?: number): void
  recover(): void
  /** What was asked: method, path, and the status of the answer. */
  readonly asked: readonly string[]
  /** Most requests that were open at once. */
  readonly width: number
}

const querySchema = z.object({
  package: z.object({ name: z.string(), ecosystem: z.string() }),
  version: z.string(),
  page_token: z.string().optional(),
})
const batchSchema = z.object({ queries: z.array(querySchema) })
const servedSchema = z.looseObject({ id: z.string(), modified: z.string() })
type Served = z.output<typeof servedSchema>

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}

/** Starts one that ends with the test. */
export async function osvServer(
  records: readonly unknown[],
  {
    emptyFirstPage = false,
    pageSize = 1000,
    refuses = [],
    retryAfter,
    spoiled = {},
    undated,
    withoutETags,
  }: OsvServerOptions = {},
): Promise<OsvServer> {
  let served: Served[] = []
  const serve = (all: readonly unknown[]): void => {
    served = all.map((raw) => servedSchema.parse(raw))
  }
  serve(records)
  let fault: { readonly kind: OsvFault; left: number } | null = null
  const asked: string[] = []
  let open = 0
  let width = 0

  const vulnsOf = ({
    package: { ecosystem, name },
    page_token: token,
    version,
  }: z.output<typeof querySchema>) => {
    const found = served
      .filter((record) => isCovered(record, { ecosystem, name, version }))
      .map(({ id, modified }) => (undated ? { id } : { id, modified }))
    const page = token === undefined ? (emptyFirstPage ? -1 : 0) : Number(token)
    const rest = (page + 1) * pageSize < found.length ? { next_page_token: String(page + 1) } : {}
    if (page < 0) return { next_page_token: '0' }
    const vulns = found.slice(page * pageSize, (page + 1) * pageSize)
    return { ...(vulns.length > 0 ? { vulns } : {}), ...rest }
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const reply = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
      asked.push(`${request.method} ${request.url} ${status}`)
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }
    if (fault !== null && fault.left > 0) {
      fault.left -= 1
      switch (fault.kind) {
        case 'down':
        case 'breaks off':
          asked.push(`${request.method} ${request.url} -`)
          if (fault.kind === 'breaks off') response.write('{"results": [')
          request.socket.destroy()
          return
        case 'slow':
          asked.push(`${request.method} ${request.url} -`)
          return
        case 'rate-limiting':
          return reply(429, {}, retryAfter === undefined ? {} : { 'retry-after': retryAfter })
        case 'in trouble':
          return reply(503, 'sorry')
        case 'nonsense':
          return reply(200, '<html>It works!</html>')
        case 'another form':
          return reply(200, { results: 'many', id: 7 })
        case 'huge':
          return reply(200, `"${'x'.repeat(40 * 1024 * 1024)}"`)
        case 'redirecting':
          return reply(307, '', { location: request.url ?? '/' })
        case 'endless pages':
          return reply(200, { results: [{ next_page_token: String(asked.length) }] })
        case 'endless advisories': {
          const vulns = Array.from({ length: 50_000 }, (_, i) => ({ id: `X-${asked.length}-${i}` }))
          return reply(200, { results: [{ vulns, next_page_token: '1' }] })
        }
      }
    }
    if (request.url === '/v1/querybatch') {
      const { queries } = batchSchema.parse(await bodyOf(request))
      if (queries.length > 1000) return reply(400, { code: 3, message: 'too many queries' })
      if (queries.some((query) => refuses.includes(query.package.name)))
        return reply(400, { code: 3, message: 'invalid query' })
      return reply(200, { results: queries.map(vulnsOf) })
    }
    if (request.url === '/v1/query') {
      const query = querySchema.parse(await bodyOf(request))
      const ids = new Set(vulnsOf(query).vulns?.map(({ id }) => id))
      return reply(200, ids.size === 0 ? {} : { vulns: served.filter(({ id }) => ids.has(id)) })
    }
    const id = decodeURIComponent(request.url?.replace('/v1/vulns/', '') ?? '')
    const spoil = spoiled[id]
    if (spoil === 'nonsense') return reply(200, '<html>It works!</html>')
    const record = served.find((other) => (other.id === id) === (spoil !== 'another'))
    if (record === undefined || spoil === 'absent') return reply(404, { code: 5, message: 'Bug not found.' })
    const etag = `"${createHash('sha256').update(JSON.stringify(record)).digest('hex').slice(0, 16)}"`
    if (withoutETags) return reply(200, record)
    if (request.headers['if-none-match'] === etag) return reply(304, '')
    return reply(200, record, { etag })
  }

  const server = createServer((request, response) => {
    open += 1
    width = Math.max(width, open)
    response.once('close', () => {
      open -= 1
    })
    answer(request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    serve,
    behave: (kind, times = Number.POSITIVE_INFINITY) => {
      fault = { kind, left: times }
    },
    recover: () => {
      fault = null
    },
    asked,
    get width() {
      return width
    },
  }
}
