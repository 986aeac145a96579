import {
  type Fence,
  type HubConfig,
  type Installation,
  KeyRefusedError,
  mebibytes,
  messageOf,
  type ObjectStore,
  type PackageUpdater,
  readInventory,
} from '@hubkeeper/core'
import { replaceKeeping } from './replace-keeping.ts'
import { matchObjects, storedFiles } from './stored-files.ts'

/** See {@link storedPackages}. */
export interface StoredPackagesOptions {
  /** The hub's objects. */
  readonly store: ObjectStore
  readonly hub: Pick<HubConfig, 'audit' | 'database' | 'requirements'>
  /** Id of the run; objects that it replaces are kept under it. */
  readonly run: string
  /** Must pass right before each change. @throws HubkeeperError */
  readonly fence: Fence
}

/** Bytes of a published inventory. */
const maxInventory = mebibytes(32)

/** What a hub asks for, and what it publishes that it has installed, as objects. Nothing is installed from here. */
export function storedPackages({ fence, hub, run, store }: StoredPackagesOptions): PackageUpdater {
  const { inventory } = hub.audit.python
  const elsewhere =
    hub.database.authority === 'server'
      ? 'the hub’s files lie on its own machine, and what is here are copies: upgrade them there'
      : null

  return {
    elsewhere,
    read: storedFiles({ store }).read,

    async files() {
      const objects = await matchObjects(store, hub.requirements)
      return objects.map(({ bytes, key, modifiedAt }) => ({ key, bytes, modifiedAt }))
    },

    installed: async () => (inventory === undefined ? [] : [await publishedIn(store, inventory)]),

    async replace(key, text, expected) {
      if (elsewhere !== null) throw new KeyRefusedError(key, elsewhere)
      return replaceKeeping({ store, hub, run, fence }, key, text, expected)
    },

    install: async () => null,
  }
}

/** What an inventory says; one that is absent or cannot be read says nothing, and why. */
async function publishedIn(store: ObjectStore, key: string): Promise<Installation> {
  const missing = (reason: string): Installation => ({
    source: key,
    writtenAt: null,
    python: null,
    packages: [],
    unreadable: [`${key}: ${reason}`],
  })
  try {
    const info = await store.head(key)
    if (info === null) return missing('there is no inventory')
    if (info.bytes > maxInventory) return missing('its inventory is too long to be read')
    const found = await store.get(key)
    if (found === null) return missing('there is no inventory')
    return readInventory(key, new TextDecoder().decode(found.body), found.info.modifiedAt)
  } catch (error) {
    return missing(messageOf(error))
  }
}
