import {
  type AdvisoryOrigin,
  ecosystems,
  type LastKnownAdvisories,
  mebibytes,
  type TaskMemory,
} from '@hubkeeper/core'
import * as z from 'zod'

const knownSchema = z.object({
  url: z.string(),
  readAt: z.iso.datetime(),
  newestAt: z.iso.datetime().nullable(),
  matches: z.array(
    z.object({
      ecosystem: z.enum(ecosystems),
      name: z.string(),
      version: z.string(),
      ids: z.array(z.string()),
    }),
  ),
  records: z.array(
    z.object({
      id: z.string(),
      modified: z.string().nullable(),
      etag: z.string().nullable(),
      record: z.unknown(),
    }),
  ),
})

/** What a server said last: asked for again only where it changed, and shown when it does not answer. */
export type KnownAdvisories = z.output<typeof knownSchema>

/** One record of it. */
export type KnownRecord = KnownAdvisories['records'][number]

const name = 'osv'

/** More is not kept: it would be read and written whole in every run. */
const maxBytes = mebibytes(32)

/** What the server at `url` said last; null when nothing is remembered of it. */
export async function recallKnown(memory: TaskMemory, url: string): Promise<KnownAdvisories | null> {
  const known = await memory.recall(name, knownSchema)
  return known?.url === url ? known : null
}

/** Keeps it for the next run; whether it was small enough. */
export async function rememberKnown(memory: TaskMemory, known: KnownAdvisories): Promise<boolean> {
  if (Buffer.byteLength(JSON.stringify(known)) > maxBytes) return false
  await memory.remember(name, known)
  return true
}

/** It as an answer of an earlier time. */
export function lastKnownOf(known: KnownAdvisories): LastKnownAdvisories {
  const origin: AdvisoryOrigin = {
    source: known.url,
    readAt: new Date(known.readAt),
    newestAt: known.newestAt === null ? null : new Date(known.newestAt),
  }
  return { origin, records: known.records.map(({ record }) => record), matches: known.matches }
}
