import { createHash } from 'node:crypto'
import {
  absent,
  type Fence,
  KeyRefusedError,
  keys,
  neverReplaced,
  type ObjectStore,
  type OwnPlaces,
  PreconditionFailedError,
} from '@hubkeeper/core'

/** See {@link replaceKeeping}. */
export interface ReplaceKeepingOptions {
  /** The hub's objects. */
  readonly store: ObjectStore
  readonly hub: OwnPlaces
  /** Id of the run; objects that it replaces are kept under it. */
  readonly run: string
  /** Must pass right before each change. @throws HubkeeperError */
  readonly fence: Fence
}

/**
 * Writes an object of the hub anew in the place of exactly the version whose SHA-256 is `expected`. The old one is
 * kept first, under the key that is given back.
 *
 * @throws PreconditionFailedError when it is another one by now; nothing was replaced
 * @throws KeyRefusedError for a key that nothing is put in the place of
 */
export async function replaceKeeping(
  { fence, hub, run, store }: ReplaceKeepingOptions,
  key: string,
  text: string,
  expected: string,
): Promise<string> {
  const reason = neverReplaced(key, hub)
  if (reason !== null) throw new KeyRefusedError(key, reason)
  // An ETag is no digest: the version that has this one is read.
  const old = await store.get(key)
  if (old === null || createHash('sha256').update(old.body).digest('hex') !== expected) {
    throw new PreconditionFailedError(key, `SHA-256 ${expected}`)
  }
  const kept = `${keys.replaced}${run}/${key}`
  await fence()
  await store.put(kept, old.body, absent)
  await fence()
  await store.put(key, text, { ifMatch: old.info.etag })
  return kept
}
