import {
  type AdvisoryAnswer,
  type AdvisorySource,
  messageOf,
  type PackageVersion,
  type TaskMemory,
} from '@hubkeeper/core'
import { addressOf, defaultPatience, type Patience, type Transport, transportTo } from '../transport.ts'
import { TransportTrouble } from '../trouble.ts'
import { queryBatches } from './batch.ts'
import { type KnownAdvisories, lastKnownOf, recallKnown, rememberKnown } from './known.ts'
import { fetchRecords } from './records.ts'

interface OsvClientOptions {
  /** Of a server with the API of osv.dev, version 1. */
  readonly url: string
  /** Where what it said is kept; null: nowhere. */
  readonly memory: TaskMemory | null
  readonly now: () => Date
  readonly patience?: Patience
}

const newestOf = (modified: Iterable<string | null>): Date | null => {
  const times = [...modified].map((at) => Date.parse(at ?? '')).filter((at) => !Number.isNaN(at))
  return times.length === 0 ? null : new Date(times.reduce((one, other) => Math.max(one, other)))
}

/** Each package version once. */
const distinct = (packages: readonly PackageVersion[]): PackageVersion[] => [
  ...new Map(
    packages.map((found) => [JSON.stringify([found.ecosystem, found.name, found.version]), found]),
  ).values(),
]

/** The advisories of a server with the API of osv.dev: https://google.github.io/osv.dev/api/. */
export function osvClient({
  memory,
  now,
  patience = defaultPatience,
  url,
}: OsvClientOptions): AdvisorySource {
  const source = addressOf(url)
  const ask = async (
    packages: readonly PackageVersion[],
    known: KnownAdvisories | null,
    transport: Transport,
  ): Promise<{ answer: AdvisoryAnswer; known: KnownAdvisories }> => {
    const { matches, modified, refused, unasked } = await queryBatches(transport, distinct(packages))
    const before = new Map(known?.records.map((record) => [record.id, record]))
    const { records, unreadable } = await fetchRecords(transport, modified, before)
    const newestAt = newestOf(modified.values())
    const readAt = now()
    return {
      answer: {
        state: 'done',
        origin: { source, newestAt, readAt },
        records: records.map(({ record }) => record),
        matches,
        requests: transport.requests,
        unreadable: [...refused, ...unreadable],
        ...(unasked.length === 0 ? {} : { unasked }),
      },
      known: {
        url: source,
        readAt: readAt.toISOString(),
        newestAt: newestAt?.toISOString() ?? null,
        matches: matches.map((match) => ({ ...match, ids: [...match.ids] })),
        records: [...records],
      },
    }
  }

  return {
    async query(packages) {
      const remarks: string[] = []
      // What is remembered only spares requests: a store in trouble is said, and does not keep from asking.
      const known = memory === null ? null : await tried(() => recallKnown(memory, source), remarks)
      const transport = transportTo(url, patience)
      try {
        const asked = await ask(packages, known, transport)
        if (memory !== null) {
          const kept = await tried(() => rememberKnown(memory, asked.known), remarks)
          if (kept === false) remarks.push('the answer is too large to be remembered for the next run')
        }
        return remarks.length === 0 ? asked.answer : { ...asked.answer, remarks }
      } catch (error) {
        if (!(error instanceof TransportTrouble)) throw error
        return {
          state: 'failed',
          source,
          reason: error.message,
          requests: transport.requests,
          ...(known === null ? {} : { lastKnown: lastKnownOf(known) }),
        }
      } finally {
        transport.close()
      }
    },
  }
}

/** What the memory gives; null when it throws, which is said. */
async function tried<T>(use: () => Promise<T>, remarks: string[]): Promise<T | null> {
  try {
    return await use()
  } catch (error) {
    remarks.push(`what was said before cannot be kept: ${messageOf(error)}`)
    return null
  }
}
