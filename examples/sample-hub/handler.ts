import type { IncomingMessage, ServerResponse } from 'node:http'
import { freemem, loadavg, totalmem } from 'node:os'
import type { Library } from './library.ts'
import { requestMetrics } from './metrics.ts'
import { type Misbehaviour, parseMisbehaviour } from './misbehaviour.ts'

/** What the server is made of. */
export interface HubParts {
  readonly library: Library
  /** Paths that list the rows of the table they are named for. */
  readonly lists: readonly string[]
  /** Writes a line to the hub's log. */
  readonly log: (level: 'INFO' | 'ERROR', message: string) => void
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

const json = (status: number, value: object): Answer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
})

/** `/api/v1/code-examples` lists the table `code_examples`. */
const tableOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1).replaceAll('-', '_')

/** Answers requests, as well or as badly as it was told to. */
export function createHandler({
  library,
  lists,
  log,
}: HubParts): (request: IncomingMessage, response: ServerResponse) => void {
  const metrics = requestMetrics()
  let misbehaviour: Misbehaviour = {}
  let writer: NodeJS.Timeout | undefined
  const commits = { acknowledged: 0, lastId: 0 }
  let requests = 0

  const health = (): Answer => {
    const status = misbehaviour.health ?? (library.isSound() ? 'healthy' : 'unhealthy')
    const memory = (1 - freemem() / totalmem()) * 100
    const system = { status, cpu_percent: loadavg()[0] ?? 0, memory_percent: memory, disk_percent: 40 }
    const checks = { database: { status }, system, search_index: { status: 'healthy' } }
    return json(200, { status, timestamp: new Date().toISOString(), checks })
  }

  const search = (parameters: URLSearchParams): Answer => {
    const query = parameters.get('q') ?? ''
    try {
      const results = library.search(query, Math.min(Number(parameters.get('limit') ?? 10), 100))
      log('INFO', `search query='${query}' results=${results.length}`)
      return json(200, { query, results })
    } catch (error) {
      log('ERROR', `search failed: ${error instanceof Error ? error.message : String(error)}`)
      return json(400, { error: 'the query cannot be understood', query })
    }
  }

  const misbehave = (text: string): Answer => {
    try {
      misbehaviour = parseMisbehaviour(text)
    } catch (error) {
      return json(400, { error: error instanceof Error ? error.message : String(error) })
    }
    for (let i = 0; i < (misbehaviour.errorBurst ?? 0); i++) log('ERROR', `told to fail, ${i + 1}`)
    if (misbehaviour.holdLock !== undefined) setTimeout(library.lock(), misbehaviour.holdLock)
    clearInterval(writer)
    if (misbehaviour.writing) {
      writer = setInterval(() => {
        commits.lastId = library.record()
        commits.acknowledged += 1
      }, 1000 / misbehaviour.writing)
    }
    return json(200, misbehaviour)
  }

  const route = (method: string, url: URL, body: string): Answer => {
    if (url.pathname === '/misbehave') return method === 'POST' ? misbehave(body) : json(200, commits)
    requests += 1
    const { failEvery } = misbehaviour
    if (failEvery !== undefined && requests % failEvery === 0) return json(500, { error: 'told to fail' })
    if (misbehaviour.status !== undefined) return json(misbehaviour.status, { error: 'told to fail' })
    switch (url.pathname) {
      case '/health':
      case '/api/v1/health':
        return health()
      case '/metrics':
        return { status: 200, type: 'text/plain; version=0.0.4', body: metrics.text() }
      case '/api/v1/search':
        return search(url.searchParams)
      default:
        return lists.includes(url.pathname)
          ? json(200, { results: library.rows(tableOf(url.pathname)) })
          : json(404, { error: `there is no ${url.pathname}` })
    }
  }

  const spoil = (answer: Answer): Answer => {
    if (misbehaviour.huge !== undefined) return { ...answer, body: 'x'.repeat(misbehaviour.huge) }
    return misbehaviour.brokenJson ? { ...answer, body: answer.body.slice(0, -5) } : answer
  }

  const respond = (
    request: IncomingMessage,
    response: ServerResponse,
    body: string,
    started: number,
  ): void => {
    const url = new URL(request.url ?? '/', 'http://hub')
    const told = url.pathname !== '/misbehave'
    if (told && misbehaviour.hang) return
    if (told && misbehaviour.reset) {
      response.destroy()
      return
    }
    if (told && misbehaviour.redirect !== undefined) {
      response.writeHead(302, { location: misbehaviour.redirect }).end()
      return
    }
    const answer = told
      ? spoil(route(request.method ?? 'GET', url, body))
      : route(request.method ?? 'GET', url, body)
    response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body)
    metrics.observe(url.pathname, answer.status, (performance.now() - started) / 1000)
  }

  return (request, response) => {
    const started = performance.now()
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () =>
      setTimeout(() => respond(request, response, body, started), misbehaviour.slow ?? 0),
    )
  }
}
