import {
  type Access,
  type Fence,
  type HubConfig,
  type ObjectStore,
  type PortsOf,
  storedMemory,
} from '@hubkeeper/core'

interface AuditRequest {
  readonly hub: HubConfig & { readonly id: string }
  readonly task: string
  /** Restricted to what the task is granted. */
  readonly store: ObjectStore
  readonly fence: Fence
  readonly now: () => Date
}

/** The ports that audits use, on AWS; none where an access declares none. */
export async function auditPortsOf(
  access: Access,
  { store, task }: AuditRequest,
): Promise<Partial<PortsOf<Required<Access>>>> {
  return {
    ...(access.memory === undefined ? {} : { memory: storedMemory({ store, task }) }),
  }
}
