import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'

/** One file of a release, as PyPI has it. */
interface IndexFile {
  readonly yanked?: boolean
  readonly requires_python?: string | null
  readonly upload_time_iso_8601?: string
  readonly digests?: { readonly sha256: string }
}

/** A project of PyPI: its releases with their files, and what its `info` says. */
interface IndexProject {
  readonly releases: Readonly<Record<string, readonly IndexFile[]>>
  readonly info?: Readonly<Record<string, unknown>>
}

/** What it serves: documents by path for everything that is not of PyPI. */
export interface IndexContents {
  readonly projects?: Readonly<Record<string, IndexProject>>
  /** By path, such as `/left-pad` or `/api/python.json`. */
  readonly documents?: Readonly<Record<string, unknown>>
}

/** What it answers in place of a document, for as many requests as there are. */
export type IndexFault =
  | { readonly status: number; readonly retryAfter?: string }
  | { readonly text: string }
  | 'breaks off'
  | 'hangs'

/** Servers like PyPI, an npm registry and endoflife.date in one, over real HTTP. */
export interface PackageIndexServer {
  readonly url: string
  /** Paths that were asked for, in their order. */
  readonly asked: readonly string[]
  /** The headers of each request. */
  readonly headers: readonly IncomingMessage['headers'][]
  /** Most requests that were open at once. */
  readonly width: number
  /** The next requests get these answers, one each. */
  fail(...faults: readonly IndexFault[]): void
  /** Every request gets this answer; null for none. */
  failAlways(fault: IndexFault | null): void
}

/** A release with one file. */
export const indexFile = (changes: IndexFile = {}): readonly IndexFile[] => [
  { requires_python: '>=3.8', upload_time_iso_8601: '2026-01-02T03:04:05.000000Z', ...changes },
]

/** A project with releases of one file each. */
export const projectOf = (...versions: readonly string[]): IndexProject => ({
  releases: Object.fromEntries(versions.map((version) => [version, indexFile()])),
})

function documentAt(path: string, { documents = {}, projects = {} }: IndexContents): unknown {
  const name = /^\/pypi\/([^/]+)\/json$/.exec(path)?.[1]
  const project = name !== undefined && Object.hasOwn(projects, name) ? projects[name] : undefined
  if (project === undefined) return documents[path]
  const versions = Object.keys(project.releases)
  return {
    info: { name, version: versions.at(-1), home_page: '', project_urls: null, ...project.info },
    releases: project.releases,
    urls: [],
    vulnerabilities: [],
  }
}

function misbehave(fault: IndexFault, response: ServerResponse): void {
  if (fault === 'hangs') return
  if (fault === 'breaks off') response.destroy()
  else if ('text' in fault) response.end(fault.text)
  else {
    const { retryAfter, status } = fault
    response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end('{}')
  }
}

/** Starts one that ends with the test. */
export async function packageIndexServer(contents: IndexContents): Promise<PackageIndexServer> {
  const asked: string[] = []
  const headers: IncomingMessage['headers'][] = []
  const faults: IndexFault[] = []
  let always: IndexFault | null = null
  let [open, width] = [0, 0]
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    headers.push(request.headers)
    open += 1
    width = Math.max(width, open)
    response.once('close', () => {
      open -= 1
    })
    // Answers late enough that requests meet.
    setImmediate(() => {
      const fault = faults.shift() ?? always
      if (fault !== null) return misbehave(fault, response)
      const document = documentAt(path, contents)
      response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(document ?? { message: 'Not Found' }))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it listens nowhere')
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    headers,
    get width() {
      return width
    },
    fail: (...more) => faults.push(...more),
    failAlways: (fault) => {
      always = fault
    },
  }
}
