import type { Access, AdvisorySource, HubConfig, PortsOf, TaskMemory } from '@hubkeeper/core'
import { httpEndpoints } from './endpoints/inspector.ts'
import { configuredAdvisories } from './osv/sources.ts'
import { releaseIndex } from './releases/release-index.ts'

interface WebAuditOptions {
  readonly hub: Pick<HubConfig, 'audit'>
  readonly memory: TaskMemory
  readonly now: () => Date
  /** Advisories that are stored at a place of the hub. */
  readonly stored: (place: string) => Promise<AdvisorySource>
}

/** The ports of audits that ask others over the network, the same here and on AWS. */
export async function webAuditPorts(
  access: Access,
  { hub: { audit }, memory, now, stored }: WebAuditOptions,
): Promise<Partial<Pick<PortsOf<Required<Access>>, 'advisories' | 'endpoints' | 'releases'>>> {
  const kept = access.memory === undefined ? null : memory
  return {
    ...(access.advisories === undefined
      ? {}
      : {
          advisories: await configuredAdvisories({ configured: audit.advisories, memory: kept, now, stored }),
        }),
    ...(access.endpoints === undefined ? {} : { endpoints: httpEndpoints() }),
    ...(access.releases === undefined
      ? {}
      : { releases: releaseIndex({ ...audit.releases, endOfLife: audit.endOfLife }) }),
  }
}
