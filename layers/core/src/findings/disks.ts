import type { HubConfig } from '../config/schema.ts'
import type { HealthReading } from '../health-body.ts'
import type { Host } from '../ports/host.ts'
import { notTold, usage } from './memory.ts'
import { type Part, together } from './part.ts'

/** How full the disks of this machine are, and its own as the hub tells. */
export async function checkDisks(
  hub: HubConfig,
  host: Pick<Host, 'disks' | 'elsewhere'>,
  health: HealthReading | null,
): Promise<Part> {
  const disks = (await host.disks()).map(({ path, totalBytes, freeBytes }) =>
    usage('disk.usage', hub, path, totalBytes === 0 ? 0 : ((totalBytes - freeBytes) / totalBytes) * 100),
  )
  const told = health?.diskPercent ?? null
  if (host.elsewhere !== null && told === null) return notTold('disk.usage', host.elsewhere)
  return together(told === null ? disks : [...disks, usage('disk.usage', hub, 'as the hub says', told)])
}
