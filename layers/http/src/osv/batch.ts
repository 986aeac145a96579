import { type AdvisoryMatch, mebibytes, onOneLine, type PackageVersion } from '@hubkeeper/core'
import * as z from 'zod'
import type { Transport } from '../transport.ts'
import { TransportTrouble } from '../trouble.ts'
import { readJson } from './json.ts'

/** What osv.dev takes at once. */
const batchSize = 1000

/** No package has so many advisories that it takes more. */
const maxPages = 100

/** Advisories counted for all packages together: more is no answer, and would not fit into the memory. */
const maxCounted = 200_000

/** Packages that a server may refuse, until it is taken to refuse all. */
const maxRefused = 20

/** Limit of the API over HTTP/1.1. */
const maxBytes = mebibytes(32)

const resultsSchema = z.object({
  results: z.array(
    z
      .object({
        vulns: z
          .array(z.object({ id: z.string().min(1).max(200), modified: z.string().nullish() }))
          .nullish(),
        next_page_token: z.string().nullish(),
      })
      .nullable(),
  ),
})

/** Which advisories a server counts. */
export interface OsvCounts {
  /** One for each package that has any. */
  readonly matches: readonly AdvisoryMatch[]
  /** When each of them was last changed, as the server writes it; null where it does not say. */
  readonly modified: ReadonlyMap<string, string | null>
  /** Packages that the server would not be asked for, in words. */
  readonly refused: readonly string[]
  /** The same. */
  readonly unasked: readonly PackageVersion[]
}

interface Query {
  readonly asked: PackageVersion
  readonly ids: Set<string>
  token: string | null
}

/** Names by PEP 503; and without their local label, as no index has those and no advisory names them. */
function bodyOf({ asked: { ecosystem, name, version }, token }: Query): object {
  const isPython = ecosystem === 'PyPI'
  return {
    package: {
      ecosystem,
      name: isPython
        ? name
            .trim()
            .replace(/[-_.]+/g, '-')
            .toLowerCase()
        : name,
    },
    version: isPython ? version.replace(/\+.*$/s, '') : version,
    ...(token === null ? {} : { page_token: token }),
  }
}

/**
 * Asks which advisories hold for packages: `POST /v1/querybatch`,
 * https://google.github.io/osv.dev/post-v1-querybatch/, page after page.
 *
 * @throws TransportTrouble
 */
export async function queryBatches(
  transport: Transport,
  packages: readonly PackageVersion[],
): Promise<OsvCounts> {
  const modified = new Map<string, string | null>()
  const refused: string[] = []
  const unasked: PackageVersion[] = []
  let counted = 0

  const ask = async (queries: readonly Query[]): Promise<void> => {
    const body = { queries: queries.map(bodyOf) }
    const reply = await transport.send({ path: '/v1/querybatch', body, maxBytes })
    if (reply.status === 400 || reply.status === 413) return askApart(queries, reply.status)
    const { results } = readJson(reply, resultsSchema)
    if (results.length !== queries.length)
      throw new TransportTrouble(`it answered ${results.length} of ${queries.length} queries`)
    for (const [index, query] of queries.entries()) {
      const result = results[index]
      for (const { id, modified: at } of result?.vulns ?? []) {
        query.ids.add(id)
        modified.set(id, at ?? null)
      }
      counted += result?.vulns?.length ?? 0
      if (counted > maxCounted)
        throw new TransportTrouble(`it counts more than ${maxCounted.toLocaleString('en')} advisories`)
      query.token = result?.next_page_token || null
    }
  }
  // One query that it does not understand makes it refuse all of them, and so may too many.
  const askApart = async (queries: readonly Query[], status: number): Promise<void> => {
    const [only] = queries
    if (only === undefined) return
    if (queries.length === 1) {
      refused.push(
        onOneLine(`${only.asked.name} ${only.asked.version} cannot be asked for: status ${status}`),
      )
      unasked.push(only.asked)
      only.token = null
      if (refused.length > maxRefused)
        throw new TransportTrouble(`it refuses what it is asked (status ${status})`)
      return
    }
    const half = Math.ceil(queries.length / 2)
    await ask(queries.slice(0, half))
    await ask(queries.slice(half))
  }

  const all = packages.map((asked): Query => ({ asked, ids: new Set(), token: null }))
  for (let at = 0; at < all.length; at += batchSize) {
    let open = all.slice(at, at + batchSize)
    for (let page = 0; open.length > 0; page++) {
      if (page >= maxPages) throw new TransportTrouble(`it has more than ${maxPages} pages for one query`)
      await ask(open)
      open = open.filter(({ token }) => token !== null)
    }
  }
  const matches = all.filter(({ ids }) => ids.size > 0).map(({ asked, ids }) => ({ ...asked, ids: [...ids] }))
  return { matches, modified, refused, unasked }
}
