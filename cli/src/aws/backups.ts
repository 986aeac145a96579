import { type BackupWriter, grantsOf, hasAccess, type ObjectStore, restrictStore } from '@hubkeeper/core'
import { createScratch, custodyPorts, engineFor } from '@hubkeeper/sqlite'
import { ulid } from 'ulid'
import type { ConfiguredHub } from '../config.ts'

const access = { backups: 'write' } as const

/** Opens the backups of a hub in the deployment's buckets for `use`, with what a function may do to them. */
export async function withDeployedBackups<T>(
  store: ObjectStore,
  { hub, scratch: parent }: ConfiguredHub,
  use: (backups: BackupWriter) => Promise<T>,
): Promise<T> {
  const { authority = 'store', crossCheckMaxBytes, path } = hub.database
  const scratch = await createScratch(parent)
  try {
    const ports = custodyPorts(access, {
      hub: hub.id,
      run: ulid(),
      store: restrictStore(store, grantsOf(access, hub), 'hubkeeper'),
      engine: engineFor(hub.database),
      scratch,
      database: { key: path, authority, path: null },
      crossCheckMaxBytes,
      now: () => new Date(),
      // Every write here is conditional on what was read.
      fence: async () => {},
    })
    if (!hasAccess(access, ports)) throw new TypeError('there are no backups')
    return await use(ports.backups)
  } finally {
    await scratch.dispose()
  }
}
