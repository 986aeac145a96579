import type { S3Client } from '@aws-sdk/client-s3'
import {
  type Access,
  type Deployment,
  type Fence,
  type HubConfig,
  type ObjectStore,
  type PortsOf,
  storedMemory,
  unchangedMemory,
} from '@hubkeeper/core'
import { webAuditPorts } from '@hubkeeper/http'
import { storedPackages } from '../stored-packages.ts'
import { postureOf } from './posture.ts'
import { remoteDocumentation } from './remote-documentation.ts'
import { scannersOf } from './scanners.ts'
import { secretTextsOf } from './secret-texts.ts'

interface AuditRequest {
  readonly hub: HubConfig & { readonly id: string }
  readonly task: string
  /** Id of the run. */
  readonly run: string
  /** Whether later runs learn what it told: not of a dry run, nor of one that pretends another moment. */
  readonly remembers: boolean
  /** Restricted to what the task is granted. */
  readonly store: ObjectStore
  /** For the settings of the buckets. */
  readonly s3: S3Client
  readonly deployment: Deployment
  /** When the function has to come to its end. */
  readonly deadline: Date
  readonly fence: Fence
  readonly now: () => Date
}

/** The ports that audits use, on AWS; none where an access declares none. */
export async function auditPortsOf(
  access: Access,
  { deadline, deployment, fence, hub, now, remembers, run, s3, store, task }: AuditRequest,
): Promise<Partial<PortsOf<Required<Access>>>> {
  const kept = storedMemory({ store, task })
  const memory = remembers ? kept : unchangedMemory(kept)
  return {
    ...(await webAuditPorts(access, {
      hub,
      memory,
      now,
      // The layer with it is attached only to the functions that come this far.
      stored: async (place) => (await import('@hubkeeper/audit')).storedAdvisories({ store, place }),
    })),
    ...(access.documentation === undefined ? {} : { documentation: remoteDocumentation() }),
    ...(access.packages === undefined ? {} : { packages: storedPackages({ store, hub, run, fence }) }),
    ...(access.secrets === undefined ? {} : { secrets: await secretTextsOf({ hub, store, now }) }),
    ...(access.posture === undefined ? {} : { posture: await postureOf({ hub, s3, deployment }) }),
    ...(access.scanners === undefined
      ? {}
      : { scanners: await scannersOf({ hub, store, deployment, run, deadline }) }),
    ...(access.memory === undefined ? {} : { memory }),
  }
}
