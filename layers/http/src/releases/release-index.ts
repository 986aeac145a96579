import {
  minutes,
  type PackageName,
  type ReleaseAnswer,
  type ReleaseIndex,
  type SupportAnswer,
  seconds,
} from '@hubkeeper/core'
import type { Patience } from '../transport.ts'
import { type DocumentServer, documentServer } from './document-server.ts'
import { eachOf } from './each.ts'
import { npmAccept, packumentPath, readPackument } from './npm.ts'
import { projectPath, readProject } from './pypi.ts'
import { productPath, readCycles } from './support.ts'

/** See {@link releaseIndex}; a server that is null is not asked. */
export interface ReleaseIndexOptions {
  readonly pypi: string | null
  readonly npm: string | null
  readonly endOfLife: string | null
  /** @default {@link releasePatience} */
  readonly patience?: Patience
}

/** Thousands of packages take minutes; a server that does not answer is given up long before. */
export const releasePatience: Patience = {
  total: minutes(5),
  request: seconds(20),
  tries: 4,
  wait: 500,
}

/** Requests at once. */
const width = 8

/** How one ecosystem is asked. */
interface Index {
  readonly server: DocumentServer | null
  readonly accept: string
  readonly pathOf: (name: string) => string | null
  readonly read: (document: unknown, name: string) => ReleaseAnswer | null
}

const nonsense = (): { readonly state: 'failed'; readonly reason: string } => ({
  state: 'failed',
  reason: 'what it sent is not what its documentation says',
})

/**
 * Asks the JSON API of PyPI, an npm registry and endoflife.date, or servers that answer as they do. Nothing is kept
 * from one run to the next: answers to a few dozen requests a week are less than what would have to be stored.
 */
export function releaseIndex(options: ReleaseIndexOptions): ReleaseIndex {
  const { endOfLife, npm, patience = releasePatience, pypi } = options
  const open = (url: string | null): DocumentServer | null =>
    url === null ? null : documentServer(url, patience)

  return {
    async releasesOf(packages) {
      const indexes: Readonly<Record<PackageName['ecosystem'], Index>> = {
        PyPI: { server: open(pypi), accept: 'application/json', pathOf: projectPath, read: readProject },
        npm: { server: open(npm), accept: npmAccept, pathOf: packumentPath, read: readPackument },
      }
      const answers = await eachOf(packages, width, async ({ ecosystem, name }): Promise<ReleaseAnswer> => {
        const { accept, pathOf, read, server } = indexes[ecosystem]
        if (server === null) return { state: 'failed', reason: `no index of ${ecosystem} is configured` }
        const path = pathOf(name)
        if (path === null) return { state: 'absent' }
        const answer = await server.get(path, accept)
        return answer.state === 'done' ? (read(answer.document, name) ?? nonsense()) : answer
      })
      for (const { server } of Object.values(indexes)) server?.close()
      return answers
    },

    async supportOf(products) {
      const server = open(endOfLife)
      if (server === null) return products.map(() => ({ state: 'not-asked' }))
      const answers = await eachOf(products, width, async (product): Promise<SupportAnswer> => {
        const path = productPath(product)
        if (path === null) return { state: 'absent' }
        const answer = await server.get(path, 'application/json')
        if (answer.state !== 'done') return answer
        const cycles = readCycles(answer.document)
        return cycles === null ? nonsense() : { state: 'done', cycles }
      })
      server.close()
      return answers
    },
  }
}
