import {
  type Access,
  type ConnectedRun,
  type Fence,
  grantsOf,
  type HubConfig,
  isPretended,
  type ObjectStore,
  type PortsOf,
  restrictStore,
  storedMemory,
  unchangedMemory,
} from '@hubkeeper/core'
import { webAuditPorts } from '@hubkeeper/http'
import {
  documentationBuilder,
  localPackageReader,
  localPackages,
  localPosture,
  localScanners,
  localTexts,
} from '@hubkeeper/local'

interface AuditPortsOptions {
  readonly root: string
  readonly hub: HubConfig & { readonly id: string }
  /** The hub's files and state. */
  readonly store: ObjectStore
  /** Directories that are Hubkeeper's own: backups and scratch. */
  readonly own: readonly string[]
  /** Where programs that it starts may put what they need. */
  readonly scratch: string
  readonly run: ConnectedRun
  readonly fence: Fence
  readonly now: () => Date
}

/** The ports that audits use, on this machine; none where an access declares none. */
export async function auditPorts(
  access: Access,
  { fence, hub, now, own, root, run, scratch, store }: AuditPortsOptions,
): Promise<Partial<PortsOf<Required<Access>>>> {
  const granted = restrictStore(store, grantsOf(access, hub), run.task)
  const kept = storedMemory({ store: granted, task: run.task })
  // What a run told that pretended another moment, it told nobody.
  const memory = run.dryRun || isPretended(run, now()) ? unchangedMemory(kept) : kept
  return {
    ...(await webAuditPorts(access, {
      hub,
      memory,
      now,
      // Loaded by those that look at advisories.
      stored: async (place) => (await import('@hubkeeper/audit')).storedAdvisories({ store: granted, place }),
    })),
    ...(access.documentation === undefined
      ? {}
      : { documentation: documentationBuilder({ root, documentation: hub.audit.documentation }) }),
    ...(access.scanners === undefined ? {} : { scanners: localScanners({ root, hub, scratch }) }),
    ...(access.posture === undefined ? {} : { posture: localPosture({ root, hub, own }) }),
    ...(access.packages === undefined
      ? {}
      : {
          packages:
            access.packages === 'update'
              ? localPackages({ root, hub, own, scratch, fence, run: run.id })
              : localPackageReader({ root, hub, own }),
        }),
    ...(access.secrets === undefined ? {} : { secrets: localTexts({ root, hub, own }) }),
    ...(access.memory === undefined ? {} : { memory }),
  }
}
