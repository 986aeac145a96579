import {
  type Access,
  type ConnectedRun,
  type Fence,
  grantsOf,
  type HubConfig,
  type ObjectStore,
  type PortsOf,
  restrictStore,
  storedMemory,
} from '@hubkeeper/core'

interface AuditPortsOptions {
  readonly root: string
  readonly hub: HubConfig & { readonly id: string }
  /** The hub's files and state. */
  readonly store: ObjectStore
  /** Directories that are Hubkeeper's own: backups and scratch. */
  readonly own: readonly string[]
  readonly run: ConnectedRun
  readonly fence: Fence
  readonly now: () => Date
}

/** The ports that audits use, on this machine; none where an access declares none. */
export async function auditPorts(
  access: Access,
  { hub, run, store }: AuditPortsOptions,
): Promise<Partial<PortsOf<Required<Access>>>> {
  const granted = restrictStore(store, grantsOf(access, hub), run.task)
  return {
    ...(access.memory === undefined ? {} : { memory: storedMemory({ store: granted, task: run.task }) }),
  }
}
