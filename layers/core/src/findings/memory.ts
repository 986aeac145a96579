import type { HubConfig } from '../config/schema.ts'
import { figure, finding, measured } from '../finding.ts'
import type { HealthReading } from '../health-body.ts'
import type { Host } from '../ports/host.ts'
import { only, type Part, together } from './part.ts'

/** A percentage under a check, as a finding and as a figure. */
export const usage = (
  check: 'disk.usage' | 'memory.usage',
  hub: HubConfig,
  subject: string,
  percent: number,
): Part => ({
  findings: [measured(check, percent, hub.thresholds, { subject })],
  figures: [figure(check, percent, 'percent', subject)],
})

/** Neither this machine nor the hub's health answer tells. */
export const notTold = (check: 'disk.usage' | 'memory.usage', why: string): Part =>
  only(finding(check, 'skipped', { actual: `${why}, and its health answer does not tell` }))

/** Memory of this machine, and of its own as the hub tells. */
export async function checkMemory(hub: HubConfig, host: Host, health: HealthReading | null): Promise<Part> {
  const told = health?.memoryPercent ?? null
  if (host.elsewhere !== null) {
    return told === null
      ? notTold('memory.usage', host.elsewhere)
      : usage('memory.usage', hub, 'as the hub says', told)
  }
  const memory = await host.memory()
  const here =
    memory === null
      ? only(finding('memory.usage', 'unknown', { actual: 'this machine does not tell' }))
      : usage(
          'memory.usage',
          hub,
          memory.source,
          ((memory.totalBytes - memory.availableBytes) / memory.totalBytes) * 100,
        )
  return together(told === null ? [here] : [here, usage('memory.usage', hub, 'as the hub says', told)])
}
