import { mebibytes } from '@hubkeeper/core'
import { type Patience, transportTo } from '../transport.ts'
import { TransportTrouble } from '../trouble.ts'

/** What became of a request for a document. */
export type DocumentAnswer =
  | { readonly state: 'done'; readonly document: unknown }
  /** 404 or 410. */
  | { readonly state: 'absent' }
  | { readonly state: 'failed'; readonly reason: string }

/** A server of JSON documents. */
export interface DocumentServer {
  /** Never throws for what a network does. */
  get(path: string, accept: string): Promise<DocumentAnswer>
  /** Ends whatever is still asked. */
  close(): void
}

/** The largest projects of PyPI come to some ten MiB. */
const maxBytes = mebibytes(32)

/** After so many failures in a row, a server is left alone. */
const maxFailures = 8

/** The server at `url`, whose time runs from now on. It is not asked any more once it only fails. */
export function documentServer(url: string, patience: Patience): DocumentServer {
  const transport = transportTo(url, patience)
  const { host } = new URL(url)
  let failures = 0

  async function ask(path: string, accept: string): Promise<DocumentAnswer> {
    try {
      const { body, status } = await transport.send({ path, maxBytes, headers: { accept } })
      if (status === 404 || status === 410) return { state: 'absent' }
      if (status !== 200) return { state: 'failed', reason: `${host} answered with status ${status}` }
      return { state: 'done', document: JSON.parse(body) }
    } catch (error) {
      if (error instanceof TransportTrouble) return { state: 'failed', reason: error.message }
      if (error instanceof SyntaxError) return { state: 'failed', reason: `${host} sent what is not JSON` }
      throw error
    }
  }

  return {
    async get(path, accept) {
      if (failures >= maxFailures) {
        return { state: 'failed', reason: `${host} was not asked: ${failures} requests in a row had failed` }
      }
      const answer = await ask(path, accept)
      failures = answer.state === 'failed' ? failures + 1 : 0
      return answer
    },
    close: () => transport.close(),
  }
}
