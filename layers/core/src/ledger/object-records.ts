import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { HubkeeperError, ObjectMissingError, PreconditionFailedError } from '../errors.ts'
import { listAll, type ObjectStore, replacing } from '../ports/object-store.ts'
import type { RecordStore, StoredRecord } from '../ports/records.ts'

const suffix = '.json'

/** How many records a listing reads at once: a hundred small reads one by one take seconds on S3. */
const readsAtOnce = 16

/** Told apart by `written`: on S3 equal bodies have equal ETags, and a revision must never come back. */
const bodySchema = z.object({ written: z.string(), value: z.string() })

/** See {@link objectRecords}. */
export interface ObjectRecordsOptions {
  readonly store: ObjectStore
  /** Goes before every key: `state/ledger/`. */
  readonly prefix: string
}

const isConflict = (error: unknown): boolean =>
  error instanceof PreconditionFailedError || error instanceof ObjectMissingError

/** Records as objects under conditional writes, one each: the revision is the object's ETag. */
export function objectRecords({ prefix, store }: ObjectRecordsOptions): RecordStore {
  const objectOf = (key: string): string => `${prefix}${key}${suffix}`

  async function get(key: string): Promise<StoredRecord | null> {
    const found = await store.get(objectOf(key))
    if (found === null) return null
    return { key, value: parseBody(objectOf(key), found.body).value, revision: found.info.etag }
  }

  /** The revision of exactly what was to be written; null when it is another's. */
  async function revisionOf(key: string, written: string): Promise<string | null> {
    const found = await store.get(objectOf(key))
    if (found === null) return null
    return parseBody(objectOf(key), found.body).written === written ? found.info.etag : null
  }

  return {
    get,

    async put(key, value, expected) {
      const written = randomUUID()
      try {
        const body = JSON.stringify({ written, value })
        return (await store.put(objectOf(key), body, replacing(expected))).etag
      } catch (error) {
        if (!isConflict(error)) throw error
        // A write whose answer was lost is sent again by the client, and then refused because of itself.
        return await revisionOf(key, written)
      }
    },

    async delete(key, expected) {
      try {
        await store.delete(objectOf(key), { ifMatch: expected })
        return true
      } catch (error) {
        if (isConflict(error)) return false
        throw error
      }
    },

    async list(start) {
      const keys: string[] = []
      for await (const { key: object } of listAll(store, prefix + start)) {
        const key = object.slice(prefix.length, -suffix.length)
        if (object.endsWith(suffix) && key.startsWith(start)) keys.push(key)
      }
      const records: StoredRecord[] = []
      for (let i = 0; i < keys.length; i += readsAtOnce) {
        const read = await Promise.all(keys.slice(i, i + readsAtOnce).map(get))
        // One that was deleted meanwhile is not there.
        records.push(...read.filter((record) => record !== null))
      }
      // The listing is in the order of names with their suffix, which is another.
      return records.sort((a, b) => (a.key < b.key ? -1 : 1))
    },
  }
}

function parseBody(object: string, body: Uint8Array): z.infer<typeof bodySchema> {
  try {
    return bodySchema.parse(JSON.parse(new TextDecoder().decode(body)))
  } catch (error) {
    throw new HubkeeperError('io', `${object} is not a record of the ledger`, {
      hint: 'something else wrote it; move it away: what was recorded in it is lost',
      cause: error,
    })
  }
}
