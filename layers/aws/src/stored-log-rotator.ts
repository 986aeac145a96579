import {
  type Deletion,
  type Fence,
  folderOf,
  HubkeeperError,
  type LogRotator,
  type LogSource,
  mayExpireLogs,
  type ObjectStore,
  type ProtectedPlaces,
  protectionOf,
} from '@hubkeeper/core'
import { logObjects, storedLogs } from './stored-logs.ts'

/** See {@link storedLogRotator}. */
export interface StoredLogRotatorOptions {
  readonly store: ObjectStore
  readonly hub: ProtectedPlaces
  /** Must pass right before each deletion. @throws HubkeeperError */
  readonly fence: Fence
}

/** The hub's logs as objects: what was rotated before it was stored is deleted in time, nothing else. */
export function storedLogRotator({ fence, hub, store }: StoredLogRotatorOptions): LogRotator {
  const patterns = hub.logs?.files ?? []
  const mayDelete = (pattern: string): boolean => mayExpireLogs(folderOf(pattern), hub)
  const allowed = patterns.filter(mayDelete)
  const refused = patterns.filter((pattern) => !mayDelete(pattern))
  const except =
    refused.length === 0
      ? ''
      : `; what ${refused.join(', ')} match may not be deleted from here, for other things of the hub lie in that folder`
  // Being a log protects from others, not from this.
  const places: ProtectedPlaces = { ...hub, logs: undefined }
  const listed = new Map<string, string>()

  return {
    ...storedLogs({ store, patterns: allowed }),
    elsewhere:
      allowed.length > 0
        ? null
        : `logs are deleted from a folder of their own only, and ${refused.join(', ')} name none`,
    expiredOnly: `logs in a bucket are whole objects${except}`,

    async files() {
      listed.clear()
      const objects = await logObjects(store, allowed)
      const logs = objects.filter(({ key }) => protectionOf(key, places) === null)
      for (const { etag, key } of logs) listed.set(key, etag)
      return logs.map(({ bytes, key, modifiedAt }) => ({ key, bytes, modifiedAt }))
    },

    ...untouched,

    async delete({ key }): Promise<Deletion> {
      const etag = listed.get(key)
      if (etag === undefined) return { state: 'kept', reason: `${key} was not listed` }
      await fence()
      try {
        await store.delete(key, { ifMatch: etag })
        return { state: 'deleted' }
      } catch (error) {
        if (!(error instanceof HubkeeperError)) throw error
        return { state: error.code === 'precondition-failed' ? 'kept' : 'failed', reason: error.message }
      }
    },
  }
}

/** What is not done to logs that are not files of this machine. */
const untouched = {
  tidy: async () => [],
  open: async () => null,
  rotate: async ({ key }) => refuse(key),
  compress: async ({ key }) => refuse(key),
} satisfies Partial<LogRotator>

/** Logs of which nothing is rotated or deleted from here, and why. */
export const logsKeptElsewhere = (source: LogSource, elsewhere: string): LogRotator => ({
  ...source,
  elsewhere,
  expiredOnly: elsewhere,
  ...untouched,
  delete: async () => ({ state: 'kept', reason: elsewhere }),
})

function refuse(key: string): never {
  throw new HubkeeperError('not-available', `${key} cannot be rotated where it is`, {
    hint: 'rotate logs on the machine that writes them',
  })
}
