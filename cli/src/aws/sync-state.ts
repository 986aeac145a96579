import { type ObjectStore, PreconditionFailedError } from '@hubkeeper/core'
import * as z from 'zod'

const key = 'state/sync.json'

const syncSchema = z.strictObject({
  schema: z.literal(1),
  /** ETag of the stored version that both sides agreed on. */
  etag: z.string(),
  /** Content digest of it. */
  digest: z.string(),
  at: z.iso.datetime(),
})

/** What this machine and the bucket last agreed on. */
export type SyncState = z.infer<typeof syncSchema>

/** What both sides last agreed on; null when they never did. */
export async function readSync(store: ObjectStore): Promise<SyncState | null> {
  const stored = await store.get(key)
  if (stored === null) return null
  const parsed = syncSchema.safeParse(JSON.parse(new TextDecoder().decode(stored.body)))
  return parsed.success ? parsed.data : null
}

/** Notes that both sides agree. @throws PreconditionFailedError when another run noted something else */
export async function writeSync(store: ObjectStore, etag: string, digest: string): Promise<void> {
  const current = await store.head(key)
  const value: SyncState = { schema: 1, etag, digest, at: new Date().toISOString() }
  const condition = current === null ? ({ ifNoneMatch: '*' } as const) : { ifMatch: current.etag }
  await store.put(key, `${JSON.stringify(value)}\n`, condition)
}

/** The error of a bucket that another side wrote meanwhile. */
export const isOvertaken = (error: unknown): boolean => error instanceof PreconditionFailedError
