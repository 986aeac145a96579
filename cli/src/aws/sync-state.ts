import { type ObjectStore, replacing } from '@hubkeeper/core'
import * as z from 'zod'

const key = 'state/sync.json'

const syncSchema = z.strictObject({
  schema: z.literal(1),
  /** The bucket that was agreed with: another deployment's knows nothing of this machine. */
  bucket: z.string(),
  /** ETag of the stored version that both sides agreed on. */
  etag: z.string(),
  /** Content digest of it. */
  digest: z.string(),
  at: z.iso.datetime(),
})

/** What this machine and the bucket last agreed on. */
export type SyncState = z.infer<typeof syncSchema>

/** The other side of a push or a pull. */
export interface Remote {
  readonly bucket: string
  readonly store: ObjectStore
}

/** What this machine and a bucket last agreed on; null when they never did, or it cannot be read. */
export async function readSync(local: ObjectStore, { bucket }: Remote): Promise<SyncState | null> {
  const stored = await local.get(key)
  if (stored === null) return null
  const parsed = syncSchema.safeParse(parseJson(new TextDecoder().decode(stored.body)))
  return parsed.success && parsed.data.bucket === bucket ? parsed.data : null
}

/** A file that broke counts as none: then neither side is replaced without being asked. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Notes that both sides agree. @throws PreconditionFailedError when another run noted something else */
export async function writeSync(
  local: ObjectStore,
  { bucket }: Remote,
  { digest, etag }: Pick<SyncState, 'etag' | 'digest'>,
): Promise<void> {
  const current = await local.head(key)
  const value: SyncState = { schema: 1, bucket, etag, digest, at: new Date().toISOString() }
  await local.put(key, `${JSON.stringify(value)}\n`, replacing(current?.etag ?? null))
}
