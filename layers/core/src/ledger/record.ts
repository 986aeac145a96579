import * as z from 'zod'
import { HubkeeperError } from '../errors.ts'
import type { RecordStore } from '../ports/records.ts'
import { runStatuses } from '../status.ts'

const moment = z.iso.datetime()

const identity = {
  hub: z.string(),
  task: z.string(),
  slot: z.string(),
  /** ULID of the latest attempt. */
  run: z.string(),
  attempt: z.number().int().positive(),
  scheduledFor: moment.nullable(),
  startedAt: moment,
}

/** One run in the ledger: being made, or over. */
export const runRecordSchema = z.discriminatedUnion('state', [
  z.strictObject({ ...identity, state: z.literal('running'), owner: z.string(), leaseUntil: moment }),
  z.strictObject({
    ...identity,
    state: z.enum(['succeeded', 'failed']),
    finishedAt: moment,
    status: z.enum(runStatuses),
  }),
])

/** See {@link runRecordSchema}. */
export type RunRecord = z.infer<typeof runRecordSchema>

/** A run that is over. */
export type FinishedRun = Extract<RunRecord, { state: 'succeeded' | 'failed' }>

/** Who holds a lease, and until when. */
export const leaseSchema = z.strictObject({
  owner: z.string(),
  holder: z.string().describe('in words, for who waits'),
  until: moment,
})

/** See {@link leaseSchema}. */
export type Lease = z.infer<typeof leaseSchema>

/** A freeze, while which nothing may write; or a hold, while which retention deletes nothing. */
export const freezeSchema = z.strictObject({
  reason: z.string().min(1).max(500),
  by: z.string().min(1).max(100),
  since: moment,
  until: moment.nullable(),
})

/** See {@link freezeSchema}. */
export type Freeze = z.infer<typeof freezeSchema>

/** What a continuous task said when it last said something new. */
export const verdictSchema = z.strictObject({
  status: z.enum(runStatuses),
  /** Equal for what is the same trouble; null when all is well. */
  trouble: z.string().nullable(),
  run: z.string(),
  since: moment,
})

/** See {@link verdictSchema}. */
export type Verdict = z.infer<typeof verdictSchema>

/**
 * A record as `schema` reads it, with the revision to name when replacing it; null when it is absent.
 *
 * @throws HubkeeperError `io` for one that this version does not understand
 */
export async function readRecord<T>(
  records: RecordStore,
  key: string,
  schema: z.ZodType<T>,
): Promise<{ readonly value: T; readonly revision: string } | null> {
  const stored = await records.get(key)
  return stored === null ? null : { value: understood(key, stored.value, schema), revision: stored.revision }
}

function understood<T>(key: string, text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    throw new HubkeeperError('io', `${key} is no record of the ledger that this version understands`, {
      hint: 'a newer version wrote it, which can go on with it; or it is damaged',
      cause: error,
    })
  }
}

const maxTries = 8

/**
 * Replaces a record by what `change` makes of it, which is null while it is absent.
 *
 * @returns what is there now
 * @throws Error when others write it all the time
 */
export async function updateRecord<T>(
  records: RecordStore,
  key: string,
  schema: z.ZodType<T>,
  change: (current: T | null) => T,
): Promise<T> {
  for (let attempt = 1; attempt <= maxTries; attempt++) {
    const current = await readRecord(records, key, schema)
    const next = change(current?.value ?? null)
    if ((await records.put(key, JSON.stringify(next), current?.revision ?? null)) !== null) return next
  }
  throw new Error(`${key} was written by others ${maxTries} times in a row`)
}
