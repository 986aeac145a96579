import { rm } from 'node:fs/promises'
import {
  type Access,
  type Fence,
  type HubConfig,
  needsEngine,
  type ObjectStore,
  type PortsOf,
} from '@hubkeeper/core'

interface CustodyRequest {
  readonly hub: HubConfig & { readonly id: string }
  readonly run: string
  readonly store: ObjectStore
  /** Directory for work in progress. */
  readonly scratch: string
  readonly deadline: Date
  readonly fence: Fence
  readonly onEnd: (tidy: () => Promise<void>) => void
}

/** The database, backup and drill ports of an access; none, and no engine loaded, where it declares none. */
export async function custodyPortsOf(
  access: Access,
  { deadline, fence, hub, onEnd, run, scratch: directory, store }: CustodyRequest,
): Promise<Partial<PortsOf<Required<Access>>>> {
  if (!needsEngine(access)) return {}
  // The layer with the engine is attached only to the functions that come this far.
  const { createScratch, custodyPorts, engineFor } = await import('@hubkeeper/sqlite')
  // One invocation at a time has this disk: what lies here is of one that was killed.
  await rm(directory, { recursive: true, force: true })
  const scratch = await createScratch(directory)
  onEnd(() => scratch.dispose())
  const { authority = 'store', crossCheckMaxBytes, path } = hub.database
  return custodyPorts(access, {
    hub: hub.id,
    run,
    store,
    engine: engineFor(hub.database, deadline.getTime() - Date.now()),
    scratch,
    database: { key: path, authority, path: null },
    crossCheckMaxBytes,
    now: () => new Date(),
    deadline,
    fence,
  })
}
