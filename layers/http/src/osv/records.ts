import { mebibytes, onOneLine } from '@hubkeeper/core'
import * as z from 'zod'
import { eachOf } from '../releases/each.ts'
import type { Transport, TransportReply } from '../transport.ts'
import { TransportTrouble } from '../trouble.ts'
import { readJson } from './json.ts'
import type { KnownRecord } from './known.ts'

/** Requests at once. */
const width = 8

const maxBytes = mebibytes(16)
/** Of all records together; beyond, an answer would not fit into a small function. */
const maxTotal = mebibytes(256)

const recordSchema = z.looseObject({ id: z.string() })

/** Records by their ids, and those that could not be had, in words. */
export interface OsvRecords {
  readonly records: readonly KnownRecord[]
  readonly unreadable: readonly string[]
}

/**
 * The records of advisories: `GET /v1/vulns/{id}`, https://google.github.io/osv.dev/get-v1-vulns/. What is known
 * and has not changed since is not asked for; what the server does not date is asked for by its ETag.
 *
 * @param modified ids, and when each was last changed, as the server writes it
 * @throws TransportTrouble when the server does not answer
 */
export async function fetchRecords(
  transport: Transport,
  modified: ReadonlyMap<string, string | null>,
  known: ReadonlyMap<string, KnownRecord>,
): Promise<OsvRecords> {
  const records: KnownRecord[] = []
  const unreadable: string[] = []
  let bytes = 0

  const fetchOne = async (id: string, at: string | null): Promise<void> => {
    const old = known.get(id)
    if (old !== undefined && at !== null && old.modified === at) {
      records.push(old)
      return
    }
    const headers = old?.etag === null || old === undefined ? {} : { 'if-none-match': old.etag }
    const reply = await transport.send({ path: `/v1/vulns/${encodeURIComponent(id)}`, headers, maxBytes })
    bytes += reply.body.length
    if (bytes > maxTotal) throw new TransportTrouble('it sent more records than fit into the memory')
    if (old !== undefined && reply.status === 304) records.push({ ...old, modified: at })
    else {
      const read = readReply(reply, id)
      if (typeof read === 'string') unreadable.push(`${onOneLine(id)} could not be read: ${read}`)
      else records.push({ id, modified: at, etag: reply.etag, record: read })
    }
  }
  await eachOf([...modified], width, ([id, at]) => fetchOne(id, at))
  const byId = (one: KnownRecord, other: KnownRecord): number => (one.id < other.id ? -1 : 1)
  return { records: records.sort(byId), unreadable: unreadable.sort() }
}

/** The record; or what is wrong with it, which is wrong with this one only. */
function readReply(reply: TransportReply, id: string): object | string {
  try {
    const record = readJson(reply, recordSchema)
    return record.id === id ? record : 'it answered with another record'
  } catch (error) {
    if (error instanceof TransportTrouble) return error.message
    throw error
  }
}
